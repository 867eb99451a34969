"""The seeded defects: what is broken where, and the story that notices.

The list is the measure of the stories: a mistake that could creep into the engine and that none of them would see
belongs in here, with a story that sees it.
"""

from tests.workflow import scenarios as moving
from tests.workflow import scenarios_of_company as company
from tests.workflow import scenarios_of_waiting as waiting
from tests.workflow.seeded import Defect

DEFECTS = [
    # The move
    Defect(
        "compare-and-set without the state", "engine.statements:RecordStatements.__init__",
        "WHERE {key} = %s AND state = %s AND", "WHERE {key} = %s AND %s <> '' AND", moving.two_old_pages,
    ),
    Defect(
        "a history row is not written", "engine.history:append",
        "history_id = insert(HistoryEntry, _COLUMNS, ignore=True).run(",
        "history_id = 1 if key == '' and target == 'inspected' else insert(HistoryEntry, _COLUMNS, ignore=True).run(",
        moving.each_step_has_one_row,
    ),
    Defect(
        "a history row is written twice", "engine.run:Run.take", "self.steps.append(result)",
        "self.note(step.transition.key, source=source)", moving.each_step_has_one_row,
    ),
    Defect(
        "steps from a state that is left already", "engine.lateness:refuse_late",
        "if state in sources and (", "if (", moving.the_end_is_the_end,
    ),
    Defect(
        "no transaction around a step", "engine.running:run_on", "with transaction.atomic(), asked_by", "with asked_by",
        moving.all_or_nothing,
    ),
    Defect(
        "effects before the questions", "engine.run:Run.check_guards", "if step.guards and",
        "[effect(self.record, None) for effect in step.effects] if self.record._meta.model_name == 'knot' else []\n"
        "    if step.guards and",
        moving.a_refused_step_does_nothing,
    ),
    Defect(
        "the expected revision is ignored", "engine.lateness:refuse_late", "expected in (state, run.record.revision)",
        "True",
        moving.an_old_page_of_a_changed_record,
    ),
    Defect(
        "the revision does not count", "engine.statements:RecordStatements.__init__", "revision = revision + 1",
        "revision = revision", moving.an_old_page_of_a_changed_record,
    ),
    Defect(
        "the idempotency key is not kept", "engine.run:Run.take", "data=data, key=key,", "data=data, key='',",
        moving.a_key_works_once,
    ),
    Defect("no bound on automatic steps", "engine.run:CHAIN_LIMIT", "", "1000", moving.automatic_steps_end),
    Defect(
        "automatic steps are not looked at", "engine.run:Run.follow", "while step := self._next_automatic():",
        "while (step := self._next_automatic()) and False:", moving.each_step_has_one_row,
    ),
    Defect(
        "bulk leaves the first one out", "engine.many:_each", "in given.items():", "in [*given.items()][1:]:",
        moving.bulk_does_each,
    ),
    Defect(
        "bulk stops at a refusal", "engine.many:_each", "yield Outcome(pk, False, str(refusal), refusal.code)", "raise",
        moving.bulk_goes_on_after_a_refusal,
    ),
    # Who may
    Defect(
        "nobody asks who it is", "engine.run:Run.check_actor", "if not fits(", "if False and not fits(",
        moving.strangers_are_refused,
    ),
    Defect(
        "buttons for everybody", "offers:_steps", "if fits(", "if True or fits(", moving.strangers_are_offered_nothing,
    ),
    Defect(
        "guards the wrong way round", "vocabulary.guards:Guard.why_not", "is not self.negated:", "is self.negated:",
        moving.guards_decide,
    ),
    Defect(
        "two eyes are enough", "people.four_eyes:same_person", "if deed.is_by(actor):", "if False:", moving.four_eyes,
    ),
    # Work and time
    Defect(
        "work of a left state stays open", "people.assignments:close_left",
        "elif not set(run.path) <= set(node.states):", "elif False:", waiting.leaving_ends_the_work,
    ),
    Defect(
        "a task can be ended twice", "services.hands:check_open", "task.status != TaskStatus.OPEN", "False",
        waiting.a_task_ends_once,
    ),
    Defect(
        "a taken task can be taken", "services.hands:check_hands", "is not None and not allowed:",
        "is not None and False:", waiting.a_taken_task_stays_taken
    ),
    Defect(
        "timers of a left state stay", "clocks.timers:close_left", "if run.plan.has_clockwork.get(run.path[0]):",
        "if False:",
        waiting.leaving_ends_the_timers,
    ),
    Defect(
        "timers fire before their time", "clocks.sweep:_claim", "next_try_at__lte=at", "pk__gt=0",
        waiting.a_timer_waits_for_its_time,
    ),
    Defect(
        "timers do not ask the guards", "clocks.sweep:_fire", "run.check_guards(step)", "pass",
        waiting.guards_stop_timers,
    ),
    Defect(
        "a timer fires after its state was left", "clocks.sweep:_fire", "run.record.state != timer.state", "False",
        waiting.what_is_left_does_not_fire,
    ),
    Defect(
        "the sweep takes no lease", "clocks.sweep:_claim", "next_try_at=at + LEASE", "next_try_at=at",
        waiting.a_lease_holds,
    ),
    Defect(
        "one poisoned timer stops the sweep", "clocks.sweep:_attempt", "except Exception as error:",
        "except ZeroDivisionError as error:", waiting.one_bad_timer_stops_no_other,
    ),
    # The world outside, and taking back
    Defect(
        "every step has the same outbox key", "engine.run:Run.take", ":{self.record_id}:{result.history_id}",
        ":{'once' if target == 'sent' else result.history_id}",
        waiting.each_step_tells_the_world,
    ),
    Defect(
        "taking back forgets the timers", "clocks.timers:restore", "if row[\"transition\"] in known", "if False",
        waiting.taken_back_is_as_before,
    ),
    Defect(
        "taking back leaves the tasks", "engine.undoing:_restore_tasks", "key__in=known", "key__in=[]",
        waiting.taken_back_is_as_before,
    ),
    Defect(
        "what has left the house is taken back", "engine.undoing:undo_last", "if not cancel_pending(",
        "if False and not cancel_pending(",
        waiting.what_left_the_house_stays,
    ),
    Defect(
        "facts that change move nothing", "engine.firing:advance", "settle_rows(run) or run.rest()", "[]",
        waiting.facts_move_records,
    ),
    # Repetitions, promises, votes, events, versions, compensation
    Defect(
        "a repetition runs for every one it missed", "clocks.repeats:_following", "first, run.at)",
        "first, timer.due_at)",
        company.a_repetition_misses_no_more_than_once,
    ),
    Defect(
        "a repetition outlives its state", "clocks.repeats:perform", "run.record.state != timer.state", "False",
        company.a_repetition_ends_with_its_state,
    ),
    Defect(
        "a pause gives the whole time again", "clocks.slas:_stop", "clock.spent += max(", "_ = max(",
        company.a_pause_costs_nothing,
    ),
    Defect(
        "time passes in a pause", "clocks.slas:up_at", "clock.running_since)", "clock.started_at)",
        company.a_pause_costs_nothing,
    ),
    Defect(
        "a broken promise is forgotten", "clocks.slas:_breach", "duties.act(", "(lambda *_: None)(",
        company.a_promise_is_broken_once,
    ),
    Defect(
        "one vote decides", "people.deciding:_most", "counts[name] >= needed", "counts[name] >= 1",
        company.two_must_agree,
    ),
    Defect(
        "early events are lost", "engine.early:take_early", "if run.takes_early:", "if True:",
        company.an_early_event_is_not_lost,
    ),
    Defect(
        "an event does not find who waits for it",
        "events:_try",
        "if not steps or not",
        "if True or not",
        company.an_event_finds_its_own_record,
    ),
    Defect(
        "records change their version by themselves", "flows:Flow.version_of",
        "return self.version(number) or self.current", "return self.current", company.a_record_keeps_its_version,
    ),
    Defect(
        "what was done is made up for oldest first", "engine.compensation:compensate",
        "in reversed(_standing(run, result)):",
        "in _standing(run, result):", company.what_was_done_is_made_up_for_newest_first,
    ),
    Defect(
        "compensation does not run", "engine.run:Run.take", "if step.transition.compensates:", "if False:",
        company.what_was_done_is_made_up_for_newest_first,
    ),
]  # fmt: skip
RACES = [
    Defect(
        "no lock on the row",
        "engine.statements:RecordStatements.__init__",
        '" FOR NO KEY UPDATE"',
        '""',
        moving.a_crowd_at_one_button,
    ),
]
