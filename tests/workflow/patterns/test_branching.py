"""Advanced branching and synchronisation: choices of several, joins of some, discriminators, threads."""

import pytest

from modules.core.actors import Actor
from modules.workflow.api import (
    ALL,
    ANY,
    automatic,
    complete,
    members,
    open_tasks_of,
    quorum,
    stay,
    work_done,
)
from tests.factories.accounts import StaffFactory
from tests.workflow.patterns.parts import (
    DROP,
    START_EACH,
    START_ONE,
    C,
    P,
    begun,
    by_hand,
    finish,
    fire,
    job,
    now,
    part,
    parts_are,
    parts_of,
    state,
    states,
    steps,
    whole,
    work,
)

pytestmark = pytest.mark.django_db
ENDED = (C.DONE, C.OFF)


def rounds(first_step: object) -> None:
    """A round that goes on by `first_step` and begins again only when nothing of it is open."""
    part()
    whole(
        split=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), first=first_step,
        again=by_hand(P.NEXT, to=P.OPEN, do=[START_EACH], when=parts_are(*ENDED)), end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip


def test_wcp06_multi_choice() -> None:
    """The rows that were chosen say which branches begin."""
    part()
    whole(choose=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), end=by_hand(P.OPEN, to=P.DONE))
    one, three = begun(stages=1), begun(stages=3)
    fire(one, "choose")
    fire(three, "choose")
    assert (len(parts_of(one)), len(parts_of(three))) == (1, 3)


def test_wcp07_structured_synchronizing_merge() -> None:
    """Those that were chosen are waited for, and no others."""
    part()
    whole(choose=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), merge=automatic(P.OPEN, to=P.DONE, when=parts_are(*ENDED)))
    voyage = begun(stages=2)
    fire(voyage, "choose")
    first, second = parts_of(voyage)
    fire(first, "end")
    assert state(voyage) == "open"
    fire(second, "end")
    assert state(voyage) == "done"


def test_wcp08_multi_merge() -> None:
    """What follows the merge stands in the parts' own workflow: it is done as often as branches arrive."""
    part(left=by_hand(C.OPEN, to=C.BUSY), right=by_hand(C.OPEN, to=C.BUSY), follow=job(C.BUSY))
    whole(split=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), end=by_hand(P.OPEN, to=P.DONE))
    voyage = begun(stages=2)
    fire(voyage, "split")
    first, second = parts_of(voyage)
    fire(first, "left")
    fire(second, "right")
    assert [work(first), work(second)] == [["follow"], ["follow"]]


def test_wcp09_structured_discriminator() -> None:
    """The first goes on, the later ones are waited for and ignored; then it may begin again."""
    rounds(automatic(P.OPEN, to=P.NEXT, when=parts_are(C.DONE, how=ANY)))
    voyage = begun(stages=3)
    fire(voyage, "split")
    first, *others = parts_of(voyage)
    fire(first, "end")
    assert state(voyage) == "next"
    for other in others:
        fire(other, "end")
    assert steps(voyage) == ["split", "first"]


def test_wcp28_blocking_discriminator() -> None:
    """Another round is refused until every branch of this one has ended."""
    rounds(automatic(P.OPEN, to=P.NEXT, when=parts_are(C.DONE, how=ANY)))
    voyage = begun(stages=2)
    fire(voyage, "split")
    first, second = parts_of(voyage)
    fire(first, "end")
    with pytest.raises(Exception, match="1 of 2"):
        fire(voyage, "again")
    fire(second, "end")
    fire(voyage, "again")
    assert len(parts_of(voyage)) == 4


def test_wcp29_cancelling_discriminator() -> None:
    rounds(automatic(P.OPEN, to=P.NEXT, when=parts_are(C.DONE, how=ANY), do=[DROP], undo=()))
    voyage = begun(stages=3)
    fire(voyage, "split")
    fire(parts_of(voyage)[1], "end")
    assert (state(voyage), states(voyage)) == ("next", ["off", "done", "off"])


def test_wcp30_structured_partial_join() -> None:
    """So many tasks of the state; the rest is withdrawn with the state, or goes on below."""
    whole(
        split=by_hand(P.NEW, to=P.OPEN), law=job(P.OPEN), money=job(P.OPEN), sales=job(P.OPEN),
        join=automatic(P.OPEN, to=P.DONE, when=work_done("law", "money", "sales", how=2)),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "split")
    finish(voyage, "sales")
    assert state(voyage) == "open"
    finish(voyage, "law")
    assert (state(voyage), work(voyage)) == ("done", [])


def test_wcp30_a_vote_is_a_partial_join_of_people() -> None:
    clerks = [StaffFactory.create(roles=["films.clerk"]) for _number in range(3)]
    vote = job(P.OPEN, assign=members("films.clerk"), decide=quorum(2), outcomes={"yes": stay(), "no": stay()})
    whole(
        split=by_hand(P.NEW, to=P.OPEN), vote=vote,
        join=automatic(P.OPEN, to=P.DONE, when=work_done("vote", outcome="yes")),
        drop=automatic(P.OPEN, to=P.OFF, when=work_done("vote", outcome="no")),
    )  # fmt: skip
    accepted, refused = begun(), begun()
    for voyage, answers in ((accepted, ("yes", "yes")), (refused, ("yes", "no", "no"))):
        fire(voyage, "split")
        for clerk, answer in zip(clerks, answers, strict=False):
            assert state(voyage) == "open"
            complete(open_tasks_of(voyage).get(person=clerk), answer, actor=Actor.of(clerk), at=now())
    assert (state(accepted), state(refused)) == ("done", "off")
    assert work(accepted) == []


def test_wcp31_blocking_partial_join() -> None:
    rounds(automatic(P.OPEN, to=P.NEXT, when=parts_are(C.DONE, how=2)))
    voyage = begun(stages=3)
    fire(voyage, "split")
    first, second, third = parts_of(voyage)
    fire(first, "end")
    fire(second, "end")
    assert state(voyage) == "next"
    with pytest.raises(Exception, match="2 of 3"):
        fire(voyage, "again")
    fire(third, "end")
    fire(voyage, "again")
    assert state(voyage) == "next", "two of the six have ended, so the join is open at once"


def test_wcp32_cancelling_partial_join() -> None:
    rounds(automatic(P.OPEN, to=P.NEXT, when=parts_are(C.DONE, how=2), do=[DROP], undo=()))
    voyage = begun(stages=4)
    fire(voyage, "split")
    for ticket in parts_of(voyage)[:2]:
        fire(ticket, "end")
    assert (state(voyage), states(voyage)) == ("next", ["done", "done", "off", "off"])


def test_wcp33_generalized_and_join() -> None:
    """Only in part: the join is a condition over what was done here, no counter of what arrived."""
    whole(
        split=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), bill=job(P.OPEN),
        join=automatic(P.OPEN, to=P.DONE, when=work_done("pack", "bill")), again=by_hand(P.OPEN, to=P.WAIT),
        back=by_hand(P.WAIT, to=P.OPEN),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "split")
    finish(voyage, "pack")
    fire(voyage, "again", "back")
    finish(voyage, "bill")
    assert state(voyage) == "open", "what was done before the record left is asked for again"
    finish(voyage, "pack")
    assert state(voyage) == "done"


def test_wcp37_local_synchronizing_merge() -> None:
    """Which branches are waited for is known from what was started here, wherever the branches begin."""
    part()
    whole(
        one=by_hand(P.NEW, to=P.OPEN, do=[START_ONE]), more=by_hand(P.OPEN, to=P.WAIT, do=[START_EACH]),
        skip=by_hand(P.OPEN, to=P.WAIT), merge=automatic(P.WAIT, to=P.DONE, when=parts_are(*ENDED)),
    )  # fmt: skip
    short, long = begun(stages=2), begun(stages=2)
    fire(short, "one", "skip")
    fire(long, "one", "more")
    for voyage in (short, long):
        fire(parts_of(voyage)[0], "end")
    assert (state(short), state(long)) == ("done", "wait")


def test_wcp38_general_synchronizing_merge() -> None:
    """A branch that may still arrive is waited for, also while it goes back and round."""
    part(back=by_hand(C.BUSY, to=C.OPEN))
    whole(split=by_hand(P.NEW, to=P.WAIT, do=[START_EACH]), merge=automatic(P.WAIT, to=P.DONE, when=parts_are(*ENDED)))
    voyage = begun(stages=2)
    fire(voyage, "split")
    first, second = parts_of(voyage)
    fire(first, "begin", "back", "begin", "drop")
    fire(second, "begin", "back")
    assert state(voyage) == "wait"
    fire(second, "end")
    assert state(voyage) == "done"


def test_wcp41_thread_merge() -> None:
    part()
    whole(
        split=by_hand(P.NEW, to=P.WAIT, do=[START_ONE, START_ONE, START_ONE]),
        merge=automatic(P.WAIT, to=P.DONE, when=parts_are(C.DONE, how=3)),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "split")
    for ticket in parts_of(voyage):
        assert state(voyage) == "wait"
        fire(ticket, "end")
    assert steps(voyage) == ["split", "merge"]


def test_wcp42_thread_split() -> None:
    part()
    whole(
        split=by_hand(P.NEW, to=P.WAIT, do=[START_ONE, START_ONE]),
        merge=automatic(P.WAIT, to=P.DONE, when=parts_are(*ENDED, how=ALL)),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "split")
    first, second = parts_of(voyage)
    fire(first, "begin")
    assert states(voyage) == ["busy", "open"], "each goes its own way"
    fire(first, "end")
    fire(second, "drop")
    assert state(voyage) == "done"
