"""Workflows written as classes: each attribute is one rule, and the class compiles to a graph when it is defined."""

from collections.abc import Collection, Iterable, Mapping
from inspect import cleandoc
from typing import Any, ClassVar, Generic, TypeVar, get_args

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.core.audit import record_type
from modules.workflow import flows
from modules.workflow.choices import OWN_STEPS, TaskDeed
from modules.workflow.declarations import (
    RepeatDeclaration,
    SlaDeclaration,
    TaskDeclaration,
    TransitionDeclaration,
    use,
)
from modules.workflow.graph import (
    ActorRule,
    EffectUse,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateKind,
    StateNode,
    TaskNode,
    Tone,
    Transition,
    WorkflowGraph,
)
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.guards import Guard

R = TypeVar("R", bound=models.Model)
Words = str | Promise
Looks = Mapping[Any, Tone | tuple[Tone, str]]


class Workflow(Generic[R]):
    """The base of every flow: `class OrderFlow(Workflow[Order])`. See docs/modules/workflow.md for a whole one."""

    key: ClassVar[str]
    version: ClassVar[int] = 1
    title: ClassVar[Words] = ""
    """What people call the process; by default the model's name."""
    description: ClassVar[Words] = ""
    """What it is about, in a sentence; by default the docstring, which is not translated."""
    states: ClassVar[type[models.TextChoices]]
    initial: ClassVar[str]
    final: ClassVar[Collection[str]]
    owner: ClassVar[str] = ""
    parent: ClassVar[str] = ""
    """The field with the record that looks at its automatic transitions when this one has moved."""
    facts: ClassVar[names.FactsSelector | None] = None
    looks: ClassVar[Looks] = {}
    """Tone, or tone and icon, of states; a member's own `tone` and `icon` are read first."""

    flow: ClassVar[flows.Flow]
    """The compiled flow; filled when the class is defined."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "key" in cls.__dict__:
            model = _model_of(cls)
            cls.flow = flows.register(flows.Flow(compile_class(cls, model), model))


def compile_class(flow: type[Workflow[Any]], model: type[models.Model]) -> WorkflowGraph:
    """The graph of a class. Registers the guards, effects, forms and facts that it uses under their names."""
    declared = _attributes(flow)
    tasks = {name: value for name, value in declared.items() if isinstance(value, TaskDeclaration)}
    moves = {name: value for name, value in declared.items() if isinstance(value, TransitionDeclaration)}
    for taken in OWN_STEPS:
        if taken in moves or taken in tasks:
            raise ValueError(f"{flow.__name__}: “{taken}” is the engine's own name for a step and taken")
    task_names = {declaration: name for name, declaration in tasks.items()}
    transitions = [_transition(name, value, task_names) for name, value in moves.items()]
    transitions += [step for name, value in tasks.items() for step in _task_transitions(name, value)]
    selector = declared["facts"]  # as declared: read from the class it would be bound like a method
    return WorkflowGraph(
        key=flow.key,
        version=flow.version,
        record_type=record_type(model),
        title=flow.title or model._meta.verbose_name or flow.key,
        description=flow.description or cleandoc(flow.__doc__ or ""),
        states=tuple(_state(member, flow) for member in flow.states),
        transitions=tuple(transitions),
        tasks=tuple(_task(name, value) for name, value in tasks.items()),
        owner=flow.owner,
        facts="" if selector is None else _filed(names.facts_selectors, selector),
        repeats=tuple(_repeat(name, value) for name, value in declared.items() if isinstance(value, RepeatDeclaration)),
        slas=tuple(_sla(name, value) for name, value in declared.items() if isinstance(value, SlaDeclaration)),
        parent=flow.parent,
    )


def _model_of(flow: type[Workflow[Any]]) -> type[models.Model]:
    for base in getattr(flow, "__orig_bases__", ()):
        for argument in get_args(base):
            if isinstance(argument, type) and issubclass(argument, models.Model):
                return argument
    raise TypeError(f"{flow.__name__} names no model: write class {flow.__name__}(Workflow[YourModel])")


def _attributes(flow: type) -> dict[str, Any]:
    """Everything the class and its bases declare, bases first, an override in the place of what it overrides."""
    found: dict[str, Any] = {}
    for layer in reversed(flow.__mro__):
        found.update(layer.__dict__)
    return found


def _state(member: Any, flow: type[Workflow[Any]]) -> StateNode:
    key = str(member)
    kind: StateKind = "initial" if key == str(flow.initial) else "final" if key in map(str, flow.final) else "normal"
    given = flow.looks.get(member, ())
    tone, icon = (given, "") if isinstance(given, str) else given or (None, "")
    own: Tone = tone or getattr(member, "tone", None) or ("info" if kind == "initial" else "neutral")
    return StateNode(key, member.label, kind, own, icon or getattr(member, "icon", ""))


def _transition(name: str, value: TransitionDeclaration, tasks: Mapping[TaskDeclaration, str]) -> Transition:
    return Transition(
        key=name,
        title=value.title or _words(name),
        sources=value.sources,
        target=value.to,
        kind=value.kind,
        by=value.by if value.kind == "manual" else (ActorRule("system"),),
        guards=_guards(value.when),
        effects=_uses(value.do),
        form=_form(value.form or (value.completes.form if value.completes else None)),
        after=value.after,
        completes="" if value.completes is None else tasks[value.completes],
        confirm=value.confirm,
        destructive=value.destructive,
        not_same_as=value.not_same_as,
        undo=_undoing(value.undo),
        hold=value.hold,
        asks=value.asks,
        compensation=_uses(value.compensation),
        compensates=value.compensates,
        event=value.event,
        match=value.match,
        brings=value.brings,
        many=value.many,
    )


def _repeat(name: str, value: RepeatDeclaration) -> Repeat:
    return Repeat(
        name, value.title or _words(name), value.states, value.wait, value.every, value.times, _guards(value.when),
        _uses(value.do),
    )  # fmt: skip


def _sla(name: str, value: SlaDeclaration) -> Sla:
    return Sla(
        name, value.title or _words(name), value.states, value.within, value.warn, value.paused_in,
        _uses(value.on_warning), _uses(value.on_breach), value.escalate,
    )  # fmt: skip


def _guards(given: Iterable[Guard]) -> tuple[GuardUse, ...]:
    return tuple(guard.use for guard in given)


def _uses(given: Iterable[names.Effect | EffectUse]) -> tuple[EffectUse, ...]:
    return tuple(use(effect) for effect in given)


def _task(name: str, value: TaskDeclaration) -> TaskNode:
    ends = tuple(
        Outcome(
            key, end.title or _words(key), end.target, _undoing(end.undo), () if end.target else _uses(end.do)
        )
        for key, end in value.outcomes.items()
    )  # fmt: skip
    if taken := set(value.outcomes) & set(TaskDeed.values):
        raise ValueError(f"{name}: {', '.join(sorted(taken))}: the engine's own names for what is done with a task")
    first, *others = value.assign
    return TaskNode(
        name, value.to_do, value.states, first, ends or (Outcome("done", _("Done")),), value.due, value.not_same_as,
        _form(value.form), tuple(others), value.decide, value.remind, value.escalate,
    )  # fmt: skip


def _task_transitions(name: str, value: TaskDeclaration) -> list[Transition]:
    """The outcomes of a task that move the record are transitions of their own."""
    return [
        Transition(
            f"{name}.{key}",
            end.title or _words(key),
            value.states,
            end.target,
            "task",
            value.assign,
            completes=name,
            not_same_as=value.not_same_as,
            effects=_uses(end.do),
            undo=_undoing(end.undo),
            compensation=_uses(end.compensation),
        )
        for key, end in value.outcomes.items()
        if end.target is not None
    ]


def _words(name: str) -> str:
    """`pay_late` as people read it."""
    return name.replace("_", " ").capitalize()


def _form(form: names.FormClass | None) -> str:
    return "" if form is None else _filed(names.form_classes, form)


def _undoing(given: Iterable[names.Effect | EffectUse] | None) -> tuple[EffectUse, ...] | None:
    return None if given is None else _uses(given)


def _filed(registry: Any, thing: Any) -> str:
    name = names.stable_name(thing)
    registry.register(name, thing)
    return name
