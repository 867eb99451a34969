"""`workflow publish` and `transfer`: what new records start on, and moving those that run."""

import json
from typing import Any

from django.core.management.base import CommandError

from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.outbox import drain
from modules.workflow.choices import TransferOverdue, TransferTimers
from modules.workflow.flows import find_flow
from modules.workflow.management.exchange import Options, definition_named
from modules.workflow.models import Definition, Transfer
from modules.workflow.publishing import publish, published_graph
from modules.workflow.transferring import (
    Choices,
    places_of,
    prepare,
    preview,
    proposed_choices,
    running_ids,
    start_return,
    start_transfer,
)

LOOKED_AT = 500


def add_verbs(verbs: Any) -> None:
    """Publishing, and the gate without a browser."""
    verb = verbs.add_parser("publish", help="publish a draft")
    verb.add_argument("definition", metavar="HASH")
    verb.add_argument("--note", default="")
    verb.set_defaults(run=publish_draft)
    verb = verbs.add_parser(
        "transfer", help="move running records to a version; says what would happen without --apply"
    )
    verb.add_argument("definition", metavar="KEY[@VERSION]|HASH")
    verb.add_argument(
        "--map", action="append", default=[], metavar="[VERSION:]OLD=NEW", help="where a state's records go"
    )
    verb.add_argument("--timers", choices=TransferTimers.values, default=TransferTimers.KEEP)
    verb.add_argument("--overdue", choices=TransferOverdue.values, default=TransferOverdue.SPREAD)
    verb.add_argument("--spread-hours", type=int, default=8)
    verb.add_argument("--reason", default="")
    verb.add_argument("--apply", action="store_true")
    verb.add_argument("--wait", action="store_true", help="do it here instead of in the background")
    verb.add_argument("--undo", type=int, metavar="TRANSFER", help="take a transfer back")
    verb.add_argument("--format", choices=["text", "json"], default="text")
    verb.set_defaults(run=transfer)


def publish_draft(command: Any, options: Options) -> None:
    draft = Definition.objects.filter(hash=options["definition"]).first()
    if draft is None:
        raise CommandError(f"There is no definition {options['definition']}.")
    done = publish(draft, actor=SYSTEM, at=clock.now(), note=options["note"])
    command.stdout.write(f"{done.key}@{done.version} {done.hash} {done.status}")


def transfer(command: Any, options: Options) -> None:
    if options["undo"] is not None:
        _undo(command, options)
        return
    definition = definition_named(options["definition"])
    choices = Choices(
        _mapping(options["map"]), options["timers"], options["overdue"], options["spread_hours"], options["reason"]
    )
    if not options["apply"]:
        _forecast(command, definition, choices, options["format"])
        return
    made = prepare(definition, _everywhere(definition, choices), actor=SYSTEM, at=clock.now())
    job = start_transfer(made, actor=SYSTEM, at=clock.now())
    _done(command, job, f"transfer {made.pk}", options["wait"])


def _undo(command: Any, options: Options) -> None:
    made = Transfer.objects.filter(pk=options["undo"]).first()
    if made is None:
        raise CommandError(f"There is no transfer {options['undo']}.")
    job = start_return(made, actor=SYSTEM, at=clock.now(), reason=options["reason"])
    _done(command, job, f"transfer {made.pk} back", options["wait"])


def _done(command: Any, job: Any, what: str, is_waited_for: bool) -> None:
    if is_waited_for:
        drain(at=clock.now())
        job.refresh_from_db()
    command.stdout.write(f"{what}: job {job.pk} {job.state}, {job.done} of {job.total} done, {job.refused} refused")


def _mapping(given: list[str]) -> dict[int, dict[str, str]]:
    """`in_review=triage` for every version (0), `1:in_review=triage` for one."""
    found: dict[int, dict[str, str]] = {}
    for entry in given:
        version, colon, states = entry.rpartition(":")
        old, equals, new = states.partition("=")
        if not equals or (colon and not version.isdecimal()):
            raise CommandError(f"“{entry}” is not [VERSION:]OLD=NEW")
        found.setdefault(int(version or 0), {})[old] = new
    return found


def _everywhere(definition: Definition, choices: Choices) -> Choices:
    """What was said without a version holds for all of them."""
    flow = find_flow(definition.key)
    if flow is None:
        return choices
    numbers = {place.version for place in places_of(flow, published_graph(definition))}
    everywhere = choices.mapping.get(0, {})
    mapping = {number: {**everywhere, **choices.mapping.get(number, {})} for number in numbers}
    return Choices(mapping, choices.timers, choices.overdue, choices.spread_hours, choices.reason)


def _forecast(command: Any, definition: Definition, choices: Choices, form: str) -> None:
    flow = find_flow(definition.key)
    if flow is None:
        raise CommandError(f"“{definition.key}” runs nowhere: publish it first.")
    target = published_graph(definition)
    whole = proposed_choices(places_of(flow, target), _everywhere(definition, choices))
    ids = running_ids(flow, target)
    total = ids.count()
    some = list(ids.values_list("pk", flat=True)[:LOOKED_AT])
    looked = preview(flow, target, some, whole, at=clock.now(), total=total)
    if form == "json":
        data = {"total": total, "due_now": looked.due_now, "records": [row.as_data() for row in looked.rows]}
        command.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str))
        return
    command.stdout.write(f"{total} records; looked at {len(looked.rows)}")
    for source, there, count in looked.counted():
        command.stdout.write(f"{count:>6}  {source} → {there}")
    for row in looked.rows:
        if row.refusal or row.warnings:
            command.stdout.write(f"{row.record_id:>6}  {row.refusal} {' '.join(row.warnings)}".rstrip())
    command.stdout.write(f"{looked.due_now} timers would be due at once ({choices.timers}, {choices.overdue})")
