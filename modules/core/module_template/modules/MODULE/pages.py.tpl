"""What customers see of their ${nouns}."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.${module}.choices import ${Record}State as S
from modules.${module}.models import ${Record}
from modules.portal.api import DetailPage, EmptyList, ListPage, RecordPages, Step
from modules.workflow.api import history_of

NOW: Mapping[str, str | Promise] = {
    S.DRAFT: _("This is a draft. Submit it when it says what you need."),
    S.SUBMITTED: _("We have it and will answer soon."),
    S.DONE: _("This is done."),
    S.REJECTED: _("We could not do this. The reason stands below."),
}


class ${Record}Pages(RecordPages):
    """A customer's ${nouns}: what happens now, what has happened."""

    model, owner, lookup, prefix = ${Record}, "customer", "number", "${path}"
    title = _("${Nouns}")
    list = ListPage(
        columns=["number", "title", "state", "opened_at"],
        filters=["state"],
        search=["number", "title"],
        sort="-opened_at",
        empty=EmptyList(
            _("Nothing here yet"), _("What you ask us for stands here, with its way to an answer."), "inbox",
            _("Ask for something"), "${module}:${record}_new",
        ),
    )  # fmt: skip
    detail = DetailPage(
        template="${module}/${record}_detail.html", layout=["title", "details", "opened_at"], timeline=True, actions=True
    )

    def happening(self, record: Any) -> str | Promise:
        return NOW[record.state]

    def steps(self, record: Any) -> Sequence[Step]:
        """Written, submitted, answered."""
        reached: dict[str, Any] = {}
        for entry in history_of(record):
            reached.setdefault(entry.target, entry.at)
        last = S.REJECTED if S.REJECTED in reached else S.DONE
        steps = [Step(S(state).label, "done" if state in reached else "", reached.get(state)) for state in (S.DRAFT, S.SUBMITTED)]
        if last in reached:
            return [*steps, Step(last.label, "done" if last == S.DONE else "failed", reached[last])]
        return [*steps, Step(last.label, "current" if S.SUBMITTED in reached else "")]

    def poll_every(self, record: Any) -> int | None:
        return 15 if record.state == S.SUBMITTED else None
