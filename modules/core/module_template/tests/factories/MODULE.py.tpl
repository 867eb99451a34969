"""${Nouns} for tests."""

import uuid
from datetime import UTC, datetime

import factory

from modules.${module}.models import ${Record}
from tests.factories.accounts import UserFactory


class ${Record}Factory(factory.django.DjangoModelFactory[${Record}]):
    """A draft with details, as a customer wrote it; not started in its workflow."""

    class Meta:
        model = ${Record}

    customer = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Wish {number}")
    details = "As soon as you can."
    opened_key = factory.LazyFunction(uuid.uuid4)
    opened_at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
