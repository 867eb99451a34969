"""Where every setting comes from: the process environment, then an optional .env beside manage.py."""

import os
import secrets
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
env.read_env(str(ROOT / ".env"))

DATA_DIR = Path(env.str("DATA_DIR", default=str(ROOT / "var"))).resolve()


def kept_secret(name: str) -> str:
    """Read a secret that this installation made for itself, or make it once with mode 0600."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
