"""The product's settings, made quick and self-contained for the suite."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests-only-not-a-secret-0123456789abcdefghijklmnop")
os.environ["DEMO"] = os.environ.get("TEST_DEMO", "0")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_run = os.environ.setdefault("TEST_RUN_DIR", tempfile.mkdtemp(prefix="modular-tests-"))
os.environ["DATA_DIR"] = str(Path(_run) / _worker)

from project.settings import *  # noqa: E402, F403
from project.settings import CACHES as _CACHES  # noqa: E402
from project.settings import DATABASES  # noqa: E402
from project.settings import INSTALLED_APPS as _INSTALLED_APPS  # noqa: E402
from project.settings import STORAGES as _STORAGES  # noqa: E402

# A file database a worker: the in-memory default locks under a live server, and other processes cannot see it.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": Path(os.environ["DATA_DIR"]) / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    }
(Path(os.environ["DATA_DIR"]) / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
if "cache" in DATABASES:
    DATABASES["cache"]["TEST"] = {"NAME": Path(os.environ["DATA_DIR"]) / "cache.sqlite3"}

INSTALLED_APPS = [
    *_INSTALLED_APPS,
    "tests.workflow.app.apps.ParcelsConfig",
    "tests.workflow.repairs.apps.RepairsConfig",
]
DEBUG = False
WORKFLOW_LOOK_SECONDS = 0  # nobody publishes from another machine, and tests count queries
CACHES = {**_CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {**_STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STRIPE_SECRET_KEY = "sk_test_sandbox"
STRIPE_WEBHOOK_SECRETS = ["whsec_tests"]
STRIPE_API_BASE = "http://127.0.0.1:1"
