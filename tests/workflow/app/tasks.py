"""The effect of the tests on the world: a row for each delivery, idempotent by its key; and a job that stamps."""

from collections.abc import Sequence
from datetime import datetime

from modules.core.jobs import job
from modules.core.models import Job, JobItem
from modules.core.outbox import Delivery, effect
from tests.workflow.app.models import Stamp


@effect("parcels.tell")
def tell(delivery: Delivery) -> None:
    """As a payment provider would: the same key is the same thing."""
    Stamp.objects.get_or_create(
        key=f"told {delivery.key}", defaults={"record_id": delivery.payload["parcel"], "word": "told"}
    )


@job("parcels.stamp")
def stamp_rows(job: Job, items: Sequence[JobItem], at: datetime) -> None:
    """A second stamp of the same row is refused by the database."""
    for item in items:
        Stamp.objects.create(record_id=item.record_id, key=f"job {job.pk} {item.record_id}", word="job")
