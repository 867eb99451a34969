"""An event log as XES (IEEE 1849-2016): a trace for each record, an event for each row of its history and each turn of
its tasks. Extensions: concept, time, lifecycle, org. What is ours has keys without a prefix."""

from collections.abc import Iterator

from modules.workflow.exports.happenings import Happening, People, Titles, Window, cases, titles_of
from modules.workflow.exports.writing import element, in_pieces, moment
from modules.workflow.flows import Flow

PREFIXES = {"Concept": "concept", "Time": "time", "Lifecycle": "lifecycle", "Organizational": "org"}
SCHEMA = "http://www.xes-standard.org/"


def xes(flow: Flow, window: Window | None = None, *, by_name: bool = False) -> Iterator[str]:
    """The log in pieces, its activities in the active language. `by_name` writes who did it instead of `person 7`."""
    return in_pieces(_texts(flow, window or Window(), People(by_name=by_name), titles_of(flow.graph)))


def _texts(flow: Flow, window: Window, people: People, titles: Titles) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<log xes.version="1849.2016" xes.features="" xmlns="{SCHEMA}">\n'
    yield from (f"{line}\n" for line in _head(flow))
    for record, happened in cases(flow, window, people, titles):
        yield "<trace>\n"
        yield _string("concept:name", f"{flow.graph.record_type}:{record}") + "\n"
        yield from (_event(happening) for happening in happened)
        yield "</trace>\n"
    yield "</log>\n"


def _head(flow: Flow) -> Iterator[str]:
    for name, prefix in PREFIXES.items():
        uri = f"{SCHEMA}{prefix}.xesext"
        yield element("extension", {"name": name, "prefix": prefix, "uri": uri})
    yield element("global", {"scope": "trace"}, _string("concept:name", "unknown"))
    yield element(  # what classifiers name has to be declared before them
        "global",
        {"scope": "event"},
        _string("concept:name", "unknown"),
        _string("lifecycle:transition", "complete"),
        _string("step", "unknown"),
        element("date", {"key": "time:timestamp", "value": "1970-01-01T00:00:00.000Z"}),
    )
    yield element("classifier", {"name": "Activity", "scope": "event", "keys": "concept:name"})
    yield element("classifier", {"name": "Step", "scope": "event", "keys": "step lifecycle:transition"})
    yield _string("concept:name", flow.graph.key)
    yield _string("lifecycle:model", "standard")


def _event(happening: Happening) -> str:
    given = {
        "concept:name": happening.activity,
        "concept:instance": happening.id,
        "lifecycle:transition": happening.lifecycle,
        "org:resource": happening.person,
        "org:role": happening.role,
        "step": happening.step,
        "from": happening.source,
        "to": happening.target,
    }
    when = element("date", {"key": "time:timestamp", "value": moment(happening.at)})
    version = element("int", {"key": "version", "value": happening.version}) if happening.version else ""
    strings = "".join(_string(key, value) for key, value in given.items() if value)
    return f"<event>{strings}{when}{version}</event>\n"


def _string(key: str, value: str) -> str:
    return element("string", {"key": key, "value": value})
