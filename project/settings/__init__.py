"""Django settings: one file a concern, every value from the environment (see .env.example)."""

from project.settings.accounts import *  # noqa: F403
from project.settings.base import *  # noqa: F403
from project.settings.billing import *  # noqa: F403
from project.settings.console import *  # noqa: F403
from project.settings.database import *  # noqa: F403
from project.settings.logging import *  # noqa: F403
from project.settings.modules import *  # noqa: F403
from project.settings.queue import *  # noqa: F403
from project.settings.security import *  # noqa: F403
