"""A whole workflow as a document that somebody reads who knows the business and not the code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from modules.workflow.graph import StateNode, TaskNode, Transition, WorkflowGraph
from modules.workflow.words.lists import one_of, quoted
from modules.workflow.words.states import state_sentence
from modules.workflow.words.steps import is_of_the_system, step_sentences
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import repeat_sentences, sla_sentences, task_sentences


@dataclass(frozen=True)
class Entry:
    """One rule: its name, and its sentences."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """Rules of one kind."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Document:
    """The workflow in the language that was active when it was described."""

    title: str
    introduction: tuple[str, ...]
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def describe(graph: WorkflowGraph) -> Document:
    """States, what people and the system may do, what happens by itself, tasks and promises."""
    told = _("This is version {version} of the workflow {name}. “It” is one record that goes through it.")
    introduction = (str(graph.description), told.format(version=graph.version, name=quoted(graph.title)))
    sections = tuple(section for section in _sections(graph, Vocabulary(graph)) if section.entries)
    return Document(str(graph.title), tuple(line for line in introduction if line), sections)


def _sections(graph: WorkflowGraph, vocabulary: Vocabulary) -> Iterator[Section]:
    yield Section(_("States"), tuple(Entry(str(state.title), _state(graph, state)) for state in graph.states))
    manual = [step for step in graph.transitions if step.kind == "manual"]
    yield _steps(vocabulary, _("What people may do"), (step for step in manual if not is_of_the_system(step)))
    reported = [step for step in graph.transitions if step.kind == "event"]
    of_system = [step for step in manual if is_of_the_system(step)]
    yield _steps(vocabulary, _("What is reported from elsewhere"), [*of_system, *reported])
    alone = [step for step in graph.transitions if step.kind in ("automatic", "timer")]
    repeated = [Entry(str(node.title), tuple(repeat_sentences(vocabulary, node))) for node in graph.repeats]
    by_itself = _steps(vocabulary, _("What happens by itself"), alone)
    yield Section(by_itself.title, (*by_itself.entries, *repeated))
    yield Section(_("Tasks"), tuple(_task(vocabulary, task) for task in graph.tasks))
    promises = (Entry(str(node.title), tuple(sla_sentences(vocabulary, node))) for node in graph.slas)
    yield Section(_("Promises"), tuple(promises))


def _state(graph: WorkflowGraph, state: StateNode) -> tuple[str, ...]:
    """Whether it is the first or the last, and what may follow."""
    following = list(dict.fromkeys(quoted(step.title) for step in graph.leaving(state.key)))
    if not following:
        return (state_sentence(state),)
    onwards = _("From here: {steps}.").format(steps=one_of(following))
    return (onwards,) if state.kind == "normal" else (state_sentence(state), onwards)


def _steps(vocabulary: Vocabulary, title: str, steps: Iterable[Transition]) -> Section:
    return Section(title, tuple(Entry(str(step.title), tuple(step_sentences(vocabulary, step))) for step in steps))


def _task(vocabulary: Vocabulary, task: TaskNode) -> Entry:
    """A task, and what its outcomes do and require beside moving the record."""
    found = task_sentences(vocabulary, task)
    for step in vocabulary.graph.transitions:
        if step.kind == "task" and step.completes == task.key and (step.guards or step.effects):
            found += step_sentences(vocabulary, step)
    return Entry(str(task.title), tuple(found))


def _lines(document: Document) -> Iterator[str]:
    """Plain text: a heading is underlined, a rule stands behind a dash."""
    yield from (document.title, "=" * len(document.title), "")
    for line in document.introduction:
        yield from (line, "")
    for section in document.sections:
        yield from (section.title, "-" * len(section.title), "")
        for entry in section.entries:
            yield f"- {entry.title}"
            yield from (f"  {sentence}" for sentence in entry.sentences)
        yield ""
