"""What the tests of whole processes share."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as now_settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRETS", "STRIPE_SECRET_KEY")


class Doomed:
    """Another process on the same database, which does one thing at a time and may be killed while at it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "DOOMED_DATABASE": str(connection.settings_dict["NAME"]),
            }
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.doomed"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self.process

    def order(self, deed: str, *, place: str = "", when: str = "before", nth: int = 1, **facts: Any) -> dict[str, Any]:
        """What became of a child that was told to do something."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        plain = {name: fact.isoformat() if isinstance(fact, datetime) else fact for name, fact in facts.items()}
        passed_on = {name: getattr(now_settings, name) for name in PASSED_ON}
        order = {"deed": deed, "place": place, "when": when, "nth": nth, "facts": plain, "settings": passed_on}
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        said: dict[str, Any] = json.loads(process.stdout.readline())
        return said

    def killed(self, deed: str, *, place: str, when: str = "before", nth: int = 1, **facts: Any) -> None:
        """Let a child die of SIGKILL at a place; that it came there is part of the test."""
        said = self.order(deed, place=place, when=when, nth=nth, **facts)
        assert said["signal"] == signal.SIGKILL, said

    def done(self, deed: str, **facts: Any) -> Any:
        """Let a child do something to its end."""
        said = self.order(deed, **facts)
        assert "result" in said, said.get("error", said)
        return said["result"]

    def stop(self) -> None:
        if self.process is not None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(timeout=60)
            self.process.stdout.close()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def doomed() -> Iterator[Doomed]:
    """A process that can be killed at a named place; it starts once for all tests."""
    process = Doomed()
    yield process
    process.stop()
