"""`manage.py serve` as a whole process group: it answers, heals, drains, and leaves nobody behind."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.serving import Server, alive, until

pytestmark = [pytest.mark.any_database, pytest.mark.xdist_group("serve")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_it_answers_heals_and_stops_leaving_nobody(server: Server) -> None:
    assert json.loads(server.get("/health/ready")[1])["failing"] == []
    before = server.children()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(server.children()) == len(before) and not set(server.children()) & set(before))
    until(lambda: server.get("/health/live")[0] == 200)
    family = server.family()
    assert server.stop() == 0
    until(lambda: not alive(family))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_killed_parent_leaves_none_behind(server: Server) -> None:
    family = server.family()
    assert len(family) > 3
    server.process.kill()
    server.process.wait()
    until(lambda: not alive(family))


@pytest.mark.slow
def test_f04_sigterm_lets_the_request_under_way_finish(server: Server, tmp_path: Path) -> None:
    answers: list[tuple[int, str]] = []
    request = threading.Thread(target=lambda: answers.append(server.get("/slow/")))
    request.start()
    until((tmp_path / "data" / "slow").exists)
    assert server.stop() == 0
    request.join(timeout=60)
    assert answers == [(200, "finished")]
