"""How several people come to one outcome, and what a task's time brings, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.workflow.graph import Decision, Escalation, TaskNode, Wait
from modules.workflow.words.deeds import deeds
from modules.workflow.words.lengths import moment
from modules.workflow.words.lists import all_of, quoted
from modules.workflow.words.people import who
from modules.workflow.words.vocabulary import Vocabulary


def decision(vocabulary: Vocabulary, rule: Decision | None, task: TaskNode | None = None) -> str:
    """A whole sentence: `All of them have to agree.`"""
    if rule is None:
        return _("One of them is enough.")
    words = _rule(vocabulary, rule)
    if not rule.otherwise:
        return words
    titles = {end.name: end.title for end in task.outcomes} if task else {}
    told = _("{rule} Otherwise the outcome is {outcome}.")
    return told.format(rule=words, outcome=quoted(titles.get(rule.otherwise, rule.otherwise)))


def _rule(vocabulary: Vocabulary, rule: Decision) -> str:
    match rule.kind:
        case "any":
            return _("The first answer decides.")
        case "all":
            return _("All of them have to agree.")
        case "majority":
            return _("More than half of them have to agree.")
        case "sequence":
            return _("They are asked one after the other, and all of them have to agree.")
        case "quorum":
            told = ngettext("{count} of them has to agree.", "{count} of them have to agree.", rule.count)
            return told.format(count=rule.count)
        case "each":
            field = vocabulary.field(rule.over)
            if not rule.count:
                return _("For each row of {rows} somebody is asked, and all have to agree.").format(rows=field)
            told = ngettext(
                "For each row of {rows} somebody is asked, and {count} has to agree.",
                "For each row of {rows} somebody is asked, and {count} have to agree.",
                rule.count,
            )
            return told.format(rows=field, count=rule.count)


def counted(vocabulary: Vocabulary, wait: Wait, start: str) -> str:
    """When a wait ends: counted from a field of the record where it names one, else from `start`."""
    return moment(wait, vocabulary.field(wait.field) if wait.field else start)


def escalation(vocabulary: Vocabulary, entry: Escalation, start: str) -> str:
    """`8 hours after its due time: it goes to somebody with the role “Manager”; …`."""
    parts = []
    if entry.to is not None:
        parts.append(_("it goes to {people}").format(people=who(vocabulary, entry.to)))
    if entry.effects:
        parts.append(deeds(entry.effects))
    told = _("{moment}: {deeds}")
    return told.format(moment=counted(vocabulary, entry.wait, start), deeds=all_of(parts) or _("nothing"))
