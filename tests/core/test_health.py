"""Health says what is wrong by name."""

import pytest
from django.core.cache import cache
from django.test import Client

from modules.core import clock, health


@pytest.fixture
def beating() -> None:
    cache.clear()
    health.beat(at=clock.now())


@pytest.mark.django_db
def test_live_asks_for_nothing(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_when_everything_is_there(client: Client, beating: None) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()["failing"]) == (200, [])


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready_and_says_so(client: Client) -> None:
    cache.clear()
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["failing"] == ["queue"]


@pytest.mark.django_db
def test_a_failing_check_does_not_print_its_secrets(client: Client, beating: None) -> None:
    def broken(at: object) -> str:
        raise RuntimeError("password=secret")

    health.health_checks.register("tests", broken)
    try:
        response = client.get("/health/ready")
    finally:
        health.health_checks.unregister("tests")
    assert response.json()["checks"]["tests"] == "RuntimeError"
    assert b"secret" not in response.content


@pytest.mark.django_db
def test_version_names_code_and_schema(client: Client) -> None:
    facts = client.get("/health/version").json()
    assert facts["name"] == "Modular Connect"
    assert "core.00" in facts["schema"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/console/", "/health/live"])
def test_f45_a_host_that_is_not_ours_gets_plain_words(path: str) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"host": "evil.test"})
    assert answer.status_code == 400
    assert "evil.test" not in answer.content.decode()
