"""The commands name workflows as they were last published, days where the business is, versions by their numbers."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from modules.workflow.management.commands.workflow_export import _moment
from modules.workflow.publishing import current
from tests.workflow.repairs.stage import KEY, forget, repairs_running

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "command",
    [["workflow_diagram", KEY, "--format", "mermaid"], ["workflow_export", KEY], ["workflow_check", KEY]],
    ids=lambda words: words[0],
)
def test_a_command_finds_a_workflow_that_only_the_database_has(command: list[str], at: datetime) -> None:
    """As in a process of its own: nobody has looked at the database before."""
    with repairs_running(at):
        forget()
        current._seen["stamp"] = -1.0
        out = StringIO()
        call_command(*command, stdout=out)
        assert out.getvalue()


def test_a_day_begins_where_the_business_is() -> None:
    assert _moment("2026-11-22") == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert _moment("2026-11-22T10:00") == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert _moment("2026-11-22T10:00Z") == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_version_that_is_no_number_is_not_taken_for_the_present_one(at: datetime) -> None:
    with repairs_running(at), pytest.raises(CommandError, match="is not KEY"):
        call_command("workflow", "transfer", f"{KEY}@latest", stdout=StringIO())
