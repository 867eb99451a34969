"""The elements of the process: states, steps, flows, tasks, notes."""

from collections.abc import Iterator
from datetime import timedelta
from xml.sax.saxutils import escape

from modules.workflow.exports.bpmn.mapping import StateElement, WayElement, identifier
from modules.workflow.exports.writing import clean, element
from modules.workflow.graph import Decision, TaskNode, Transition, Wait
from modules.workflow.words.conditions import conditions
from modules.workflow.words.deciding import decision
from modules.workflow.words.people import who
from modules.workflow.words.states import state_sentence
from modules.workflow.words.steps import step_sentences
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import task_sentences

FORMAL = "bpmn:tFormalExpression"


def text(name: str, words: str, **attributes: str) -> str:
    """An element with text in it."""
    return element(name, dict(attributes), escape(clean(words)))


def documentation(sentences: list[str]) -> str:
    return text("bpmn:documentation", " ".join(sentences)) if sentences else ""


def expression(name: str, words: str) -> str:
    return text(name, words, **{"xsi:type": FORMAL})


class Elements:
    """Elements with their documentation in the active language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def state(self, state: StateElement) -> str:
        told = documentation([state_sentence(state.node)])
        given: dict[str, object] = {"id": state.id, "name": state.node.title}
        match state.shape:
            case "userTask":
                return self.task(state.tasks[0], state.id, f"{state.node.title}: {state.tasks[0].title}")
            case "subProcess":
                tasks = [self.task(task, identifier("Task", task.key, state.node.key)) for task in state.tasks]
                return element("bpmn:subProcess", given, told, *tasks)
            case "milestone":
                return element("bpmn:intermediateThrowEvent", given, told)
            case "eventBasedGateway":
                return element("bpmn:eventBasedGateway", given | {"eventGatewayType": "Exclusive"}, told)
            case _:
                return element(f"bpmn:{state.shape}", given, told)

    def task(self, task: TaskNode, key: str, name: object = "") -> str:
        owners = [
            element(
                "bpmn:potentialOwner",
                {"id": f"{key}-owner{number}", "name": who(self.vocabulary, rule)},
                element(
                    "bpmn:resourceAssignmentExpression",
                    {},
                    expression("bpmn:formalExpression", f"{rule.kind}({rule.value})"),
                ),
            )
            for number, rule in enumerate(task.assignees)
        ]
        told = documentation(task_sentences(self.vocabulary, task))
        several = self._several(task) if task.decide or task.also else ""
        return element("bpmn:userTask", {"id": key, "name": name or task.title}, told, *owners, several)

    def _several(self, task: TaskNode) -> str:
        """The decision as a multi-instance: how many, and when they are enough."""
        rule = task.decide or Decision("any")
        over = expression("bpmn:loopCardinality", f"count({rule.over or 'assignees'})")
        enough = expression("bpmn:completionCondition", decision(self.vocabulary, rule, task))
        given = {"isSequential": "true" if rule.kind == "sequence" else "false"}
        return element("bpmn:multiInstanceLoopCharacteristics", dict(given), over, enough)

    def way(self, way: WayElement, host: StateElement) -> str:
        """The event of a step; nothing for one that is only a flow."""
        if way.shape == "flow":
            return ""
        given: dict[str, object] = {"id": way.id, "name": way.step.title}
        name = "intermediateCatchEvent"
        if way.shape == "boundary":
            name, given = "boundaryEvent", given | {"attachedToRef": host.id, "cancelActivity": "true"}
        told = documentation(step_sentences(self.vocabulary, way.step))
        return element(f"bpmn:{name}", given, told, self._definition(way))

    def _definition(self, way: WayElement) -> str:
        step, key = way.step, f"{way.id}-definition"
        match step.kind:
            case "timer":
                return element("bpmn:timerEventDefinition", {"id": key}, duration(step.after or Wait()))
            case "automatic":
                words = conditions(step.guards) or "true"
                return element("bpmn:conditionalEventDefinition", {"id": key}, expression("bpmn:condition", words))
            case _ if step.many:
                return element("bpmn:signalEventDefinition", {"id": key, "signalRef": message_id(step)})
            case _:
                return element("bpmn:messageEventDefinition", {"id": key, "messageRef": message_id(step)})

    def flows(self, way: WayElement, states: dict[str, StateElement]) -> Iterator[str]:
        """From the state to the step's own event and on; one flow where it has none."""
        source, target = states[way.source].id, states[way.step.target].id
        if way.shape == "catch":
            yield element("bpmn:sequenceFlow", {"id": flow_in(way), "sourceRef": source, "targetRef": way.id})
            yield element("bpmn:sequenceFlow", {"id": flow_out(way), "sourceRef": way.id, "targetRef": target})
            return
        given = {"id": flow_in(way), "sourceRef": source if way.shape == "flow" else way.id, "targetRef": target}
        if way.shape == "boundary":
            yield element("bpmn:sequenceFlow", dict(given))
            return
        told = documentation(step_sentences(self.vocabulary, way.step))
        condition = conditions(way.step.guards) or str(way.step.title)
        rule = expression("bpmn:conditionExpression", condition)
        yield element("bpmn:sequenceFlow", given | {"name": way.step.title}, told, rule)


def duration(wait: Wait) -> str:
    """ISO 8601 where it is elapsed time; a moment of the record as an expression over its field."""
    length = iso(wait)
    if wait.field:
        sign = "-" if length.startswith("-") else "+"
        return expression("bpmn:timeDate", f"record.{wait.field} {sign} {length.lstrip('-')}")
    return expression("bpmn:timeDuration", f"{length} ({wait.calendar})" if wait.calendar else length)


def iso(wait: Wait) -> str:
    """`P1M2DT4H`; a length before its moment begins with a minus."""
    seconds = wait.amount.total_seconds()
    is_before = min(wait.months, wait.days, seconds) < 0
    days = f"{abs(wait.months)}M" * bool(wait.months) + f"{abs(wait.days)}D" * bool(wait.days)
    time = _time(abs(wait.amount))
    text_ = f"P{days}" + (f"T{time}" if time else "")
    return ("-" if is_before else "") + (text_ if text_ != "P" else "PT0S")


def _time(amount: timedelta) -> str:
    hours, rest = divmod(amount.total_seconds(), 3600)
    minutes, seconds = divmod(rest, 60)
    return "".join(f"{value:g}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if value)


def message_id(step: Transition) -> str:
    return identifier("Signal" if step.many else "Message", step.event or step.key)


def flow_in(way: WayElement) -> str:
    return way.id.replace("Step-", "Flow-", 1)


def flow_out(way: WayElement) -> str:
    return flow_in(way) + "-on"
