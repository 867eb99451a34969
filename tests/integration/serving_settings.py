"""The product as `serve` runs it, with one more address that takes its time."""

from project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.integration.serving_urls"
