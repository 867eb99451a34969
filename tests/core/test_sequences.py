"""Numbers without gaps."""

import pytest
from django.db import transaction

from modules.core.sequences import next_number


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        next_number("t")


@pytest.mark.django_db(transaction=True)
def test_a_rollback_gives_the_number_back() -> None:
    with transaction.atomic():
        assert next_number("t") == 1
    with transaction.atomic():
        next_number("t")
        transaction.set_rollback(True)
    with transaction.atomic():
        assert next_number("t") == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_have_neither_gaps_nor_twins(parallel) -> None:
    def take(_number: int) -> int:
        with transaction.atomic():
            return next_number("t")

    assert sorted(parallel(take, 20)) == list(range(1, 21))
