"""The effect of the tests on the world: a row for each delivery, idempotent by its key."""

from modules.core.outbox import Delivery, effect
from tests.workflow.app.models import Stamp


@effect("parcels.tell")
def tell(delivery: Delivery) -> None:
    """As a payment provider would: the same key is the same thing."""
    Stamp.objects.get_or_create(
        key=f"told {delivery.key}", defaults={"record_id": delivery.payload["parcel"], "word": "told"}
    )
