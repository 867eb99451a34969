"""Each wrong setting is named with a way to mend it."""

import pytest
from django.core.checks import run_checks


def ids() -> set[str]:
    return {str(message.id) for message in run_checks() if str(message.id).startswith("core.")}


def test_the_suites_own_settings_are_right() -> None:
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BASE_URL", "shop.example", "core.E001"),
        ("BASE_URL", "https://shop.example/", "core.E001"),
        ("PORT", 0, "core.E002"),
        ("BUSINESS_TIME_ZONE", "Europe/Atlantis", "core.E003"),
        ("SHOP_CURRENCY", "FILM", "core.E004"),
        ("DATA_DIR", "/proc/nowhere/at/all", "core.E005"),
        ("Q_CLUSTER", {"retry": 60, "timeout": 60}, "core.E006"),
        ("WEB_THREADS", 0, "core.E007"),
    ],
)
def test_a_wrong_setting_is_found(settings, name: str, value: object, expected: str) -> None:
    setattr(settings, name, value)
    assert expected in ids()


def test_a_demo_on_a_public_address_is_refused(settings) -> None:
    settings.DEMO, settings.HOST = True, "0.0.0.0"
    assert "core.E008" in ids()
