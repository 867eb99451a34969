"""The background queue. The outbox row is the truth (docs/architecture.md); the queue only carries work to a worker."""

from project.settings.database import REDIS_URL
from project.settings.environment import env

__all__ = ["FORWARDED_ALLOW_IPS", "OUTBOX_POLL_SECONDS", "Q_CLUSTER", "SWEEP_SECONDS", "WEB_PROCESSES", "WEB_THREADS"]

# How often the outbox and, in the database, the queue are looked at.
OUTBOX_POLL_SECONDS = env.float("OUTBOX_POLL_SECONDS", default=0.05)
Q_CLUSTER: dict[str, object] = {
    "name": "modular",
    "workers": env.int("QUEUE_WORKERS", default=1),
    "recycle": 5000,
    "poll": OUTBOX_POLL_SECONDS,
    "timeout": 120,
    # A task in a killed worker comes back after this; it must exceed the timeout and the longest task.
    "retry": 180,
    "max_attempts": 5,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,  # time is driven by our ticker and sweeps
    "label": "Queue",
}
Q_CLUSTER |= {"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}

SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=5.0)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)
WEB_THREADS = env.int("WEB_THREADS", default=4)
FORWARDED_ALLOW_IPS = env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1,::1")
