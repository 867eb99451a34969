"""The control API over HTTP, as another process uses it."""

import http.client
import json
from typing import Any

import pytest


@pytest.fixture
def ask(sandbox: Any) -> Any:
    def send(method: str, path: str, given: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
        headers = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        connection.request(method, f"/_sandbox/{path}", body=json.dumps(given or {}), headers=headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body

    return send


def test_faults_are_set_listed_and_cleared(ask: Any) -> None:
    status, fault = ask("POST", "faults", {"kind": "drop", "event": "charge.*", "count": 2})
    assert (status, fault["kind"], fault["count"]) == (200, "drop", 2)
    assert [item["id"] for item in ask("GET", "faults")[1]] == [fault["id"]]
    ask("DELETE", f"faults/{fault['id']}")
    assert ask("GET", "faults")[1] == []
    ask("POST", "faults", {"kind": "slow"})
    ask("DELETE", "faults")
    assert ask("GET", "faults")[1] == []


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("faults", {"kind": "meteor"}),
        ("faults", {"kind": "drop", "colour": "red"}),
        ("faults", {}),
        ("clock", {"advance": -1}),
        ("clock", {}),
        ("events", {}),
        ("refunds", {"charge": "a", "payment_intent": "b"}),
    ],
)
def test_what_does_not_fit_is_400(ask: Any, path: str, given: Any) -> None:
    assert ask("POST", path, given)[0] == 400


def test_a_session_is_paid_refunded_and_told(ask: Any, session: Any, receiver: Any) -> None:
    status, refused = ask("POST", f"sessions/{session.id}/pay", {"card": "4000000000000002"})
    assert (status, refused["error"]["code"]) == (402, "card_declined")
    paid = ask("POST", f"sessions/{session.id}/pay")[1]
    refund = ask("POST", "refunds", {"payment_intent": paid["payment_intent"], "amount": 100})[1]
    assert ask("POST", f"refunds/{refund['id']}/fail")[1]["status"] == "failed"
    assert {row["state"] for row in ask("POST", "deliver")[1]} == {"delivered"}
    assert receiver.types()[-1] == "refund.failed"


def test_the_clock_moves_to_a_moment(ask: Any, sandbox: Any) -> None:
    wanted = sandbox.world.now() + 5000
    assert ask("POST", "clock", {"now": wanted})[1]["now"] - wanted in (0, 1)


def test_the_state_shows_everything_and_reset_forgets_it(ask: Any, paid: dict[str, Any]) -> None:
    state = ask("GET", "state")[1]
    assert state["objects"]["checkout.session"][0]["id"] == paid["id"]
    assert state["requests"][0]["path"] == "/v1/checkout/sessions"
    ask("POST", "reset")
    assert ask("GET", "state")[1]["objects"] == {}


def test_a_form_of_another_site_reaches_nothing(ask: Any) -> None:
    assert ask("POST", "reset", Content_Type="text/plain")[0] == 415
    assert ask("GET", "state", Host="evil.example")[0] == 421
    assert ask("POST", "nowhere")[0] == 404
