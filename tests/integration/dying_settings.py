"""The product as `serve` runs it, on the test's database, with short patience, dying where the test asks for it."""

from project.settings import *  # noqa: F403
from project.settings import DATA_DIR, Q_CLUSTER

ROOT_URLCONF = "tests.integration.dying_urls"
Q_CLUSTER = {**Q_CLUSTER, "timeout": 5, "retry": 6}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
