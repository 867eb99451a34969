"""Inviting by mail: one open invitation an address, a link that holds once, the same words for every dead link."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client

from modules.accounts import services
from modules.accounts.errors import AddressTaken, AlreadyInvited, BeyondOwnRights, InvitationClosed, InvitationEnded
from modules.accounts.models import Invitation, Role, User
from modules.accounts.services.invitations import invitation_of, token_of
from modules.core import clock
from modules.core.actors import Actor
from modules.core.errors import NotAllowed
from modules.core.models import AuditEntry, OutboxMessage
from tests.factories.accounts import OwnerFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/console/accounts/invitation/"
Post = Callable[[], list[EmailMessage]]


def invited(owner: User, at: datetime, **facts: Any) -> Invitation:
    told = {"email": "new@example.test", "language": "en", "roles": [Role.objects.get(key="films.clerk")], **facts}
    return services.invite(**told, actor=Actor.of(owner), at=at)


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"http://\S+(/invitation/\S+)", str(mail.body))
    assert found, mail.body
    return found[1]


def test_from_the_form_to_the_first_page(client_of: Any, owner: User, post: Post, guest: Client) -> None:
    role = Role.objects.get(key="films.clerk")
    form = {"email": "New@Example.test", "name": "Nora", "language": "es", "is_staff": "on", "roles": [role.pk]}
    answer = client_of(owner).post(f"{LIST}add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    mail = post()[-1]
    assert mail.to == ["new@example.test"]
    page = guest.get(link_in(mail))
    assert page.status_code == 200
    assert 'value="Nora"' in page.content.decode()
    answer = guest.post(link_in(mail), {"name": "Nora Vidal", "password": "a-long-enough-secret"})
    assert answer["Location"] == "/console/"
    made = User.objects.get(email="new@example.test")
    assert (made.name, made.is_staff, made.language) == ("Nora Vidal", True, "es")
    assert made.check_password("a-long-enough-secret")
    assert made.emailaddress_set.get().verified  # type: ignore[attr-defined]
    assert list(made.groups.all()) == [role.group]
    assert guest.get("/console/").status_code == 200
    assert AuditEntry.objects.filter(action="joined", record_id=made.pk).exists()


def test_without_a_password_the_person_comes_in_by_code(owner: User, at: datetime) -> None:
    made = services.accept_invitation(token_of(invited(owner, at)), name="Nora", password=None, at=at)
    assert not made.has_usable_password()


def test_a_weak_password_is_told_at_the_field(owner: User, guest: Client) -> None:
    token = token_of(invited(owner, clock.now()))
    answer = guest.post(f"/invitation/{token}/", {"name": "Nora", "password": "12345"})
    assert answer.status_code == 422
    assert not User.objects.filter(email="new@example.test").exists()


def test_f50_the_link_stands_nowhere_in_the_database(owner: User, at: datetime, post: Post) -> None:
    made = invited(owner, at)
    mail = post()[-1]
    token = token_of(made)
    assert token in str(mail.body)
    for row in OutboxMessage.objects.values_list("payload", "error"):
        assert token not in str(row)
    assert token not in str(list(AuditEntry.objects.values()))


def test_a_link_holds_once_and_for_three_days(owner: User, at: datetime) -> None:
    token = token_of(invited(owner, at))
    assert invitation_of(token, at=at + timedelta(hours=71)).email == "new@example.test"
    with pytest.raises(InvitationClosed):
        invitation_of(token, at=at + timedelta(hours=72))
    services.accept_invitation(token, name="Nora", password=None, at=at)
    with pytest.raises(InvitationClosed):
        services.accept_invitation(token, name="Nora", password=None, at=at)


def test_f41_every_dead_link_gets_the_same_answer(owner: User, guest: Client) -> None:
    now = clock.now()
    accepted = token_of(invited(owner, now))
    services.accept_invitation(accepted, name="Nora", password=None, at=now)
    revoked_one = invited(owner, now, email="second@example.test")
    revoked = token_of(revoked_one)
    services.revoke_invitation(revoked_one, actor=Actor.of(owner), at=now)
    expired = token_of(invited(owner, now - timedelta(days=4), email="third@example.test"))
    resent_one = invited(owner, now, email="fourth@example.test")
    resent = token_of(resent_one)
    services.resend_invitation(resent_one, actor=Actor.of(owner), at=now)
    tokens = (accepted, revoked, expired, resent, f"{resent}x", "nothing")
    answers = [guest.get(f"/invitation/{token}/").content.decode() for token in tokens]
    pages = {re.sub(r'value="[^"]*"', "", page.split("<main")[1].split("</main>")[0]) for page in answers}
    assert len(pages) == 1
    assert guest.get("/invitation/nothing/").status_code == 410
    assert not User.objects.filter(email="second@example.test").exists()


def test_twelve_presses_are_one_invitation_and_one_mail(client_of: Any, owner: User, post: Post) -> None:
    form = {"email": "new@example.test", "name": "", "language": "en", "is_staff": "on"}
    answers = [client_of(owner).post(f"{LIST}add/", form).status_code for _ in range(12)]
    assert answers == [302, *[422] * 11]
    assert Invitation.objects.count() == 1
    assert len(post()) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twelve_presses_at_once_are_one_invitation(parallel: Callable[..., list[Any]], at: datetime) -> None:
    from modules.accounts.roles import sync_roles

    sync_roles()
    owner = OwnerFactory.create()
    results = parallel(lambda _n: invited(owner, at, roles=()), 12)
    assert sum(isinstance(result, Invitation) for result in results) == 1
    assert sum(isinstance(result, AlreadyInvited) for result in results) == 11
    token = token_of(Invitation.objects.get())
    accepted = parallel(lambda n: services.accept_invitation(token, name=f"N{n}", password=None, at=at), 4)
    assert sum(isinstance(result, User) for result in accepted) == 1
    assert sum(isinstance(result, InvitationClosed | AddressTaken) for result in accepted) == 3


def test_one_open_invitation_an_address_by_constraint(owner: User, at: datetime) -> None:
    made = invited(owner, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(email=made.email, language="en", created_at=at, sent_at=at, expires_at=at)


def test_an_address_that_has_an_account_needs_none(owner: User, customer: User, at: datetime) -> None:
    with pytest.raises(AddressTaken):
        invited(owner, at, email="Customer@example.test")


def test_who_made_an_account_meanwhile_signs_in_and_accepts(client_of: Any, owner: User, guest: Client) -> None:
    token = token_of(invited(owner, clock.now()))
    person = UserFactory.create(email="new@example.test")
    url = f"/invitation/{token}/"
    assert "/account/login/?next=" in guest.get(url).content.decode()
    guest.post(url, {"name": "X", "password": "a-long-enough-secret"})
    assert not User.objects.get(pk=person.pk).is_staff
    client = client_of(person)
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 303
    person.refresh_from_db()
    assert person.is_staff
    assert person.groups.filter(role__key="films.clerk").exists()


def test_somebody_else_cannot_take_it(client_of: Any, owner: User, stranger: User) -> None:
    url = f"/invitation/{token_of(invited(owner, clock.now()))}/"
    client = client_of(stranger)
    assert "signed in as stranger@example.test" in client.get(url).content.decode()
    client.post(url, {"name": "X", "password": "a-long-enough-secret"})
    assert Invitation.objects.get().accepted_at is None
    assert not stranger.groups.exists()


def test_it_is_worth_no_more_than_whoever_sent_it(owner: User, at: datetime) -> None:
    other = OwnerFactory.create()
    token = token_of(invited(other, at))
    services.deactivate_user(other, actor=Actor.of(owner), at=at)
    with pytest.raises(InvitationClosed):
        services.accept_invitation(token, name="Nora", password=None, at=at)
    assert not User.objects.filter(email="new@example.test").exists()


def test_f37_nobody_invites_to_more_than_they_hold(customer: User, at: datetime) -> None:
    giver = StaffFactory.create(permissions=["accounts.add_invitation", "accounts.change_role"])
    with pytest.raises(BeyondOwnRights):
        invited(giver, at)
    helper = StaffFactory.create(permissions=["accounts.add_invitation"])
    for facts in ({"roles": []}, {"roles": [], "is_staff": True}):
        with pytest.raises(NotAllowed):
            invited(helper, at, **facts)
    assert invited(helper, at, roles=[], is_staff=False).is_staff is False
    with pytest.raises(NotAllowed):
        invited(customer, at)


def test_send_again_and_withdraw_from_the_page(client_of: Any, owner: User, post: Post) -> None:
    made, client = invited(owner, clock.now()), client_of(owner)
    first = token_of(made)
    assert client.post(f"{LIST}{made.pk}/resend/").status_code == 302
    assert [mail.to for mail in post()] == [["new@example.test"]]  # the first mail is overtaken before it left
    with pytest.raises(InvitationClosed):
        invitation_of(first, at=clock.now())
    assert "Withdraw" in client.get(f"{LIST}{made.pk}/change/").content.decode()
    client.post(f"{LIST}{made.pk}/revoke/")
    made.refresh_from_db()
    assert made.revoked_at is not None
    with pytest.raises(InvitationEnded):
        services.resend_invitation(made, actor=Actor.of(owner), at=clock.now())


def test_the_list_filters_by_what_became_of_them(client_of: Any, owner: User) -> None:
    now = clock.now()
    invited(owner, now)
    invited(owner, now - timedelta(days=4), email="old@example.test")
    client = client_of(owner)
    for state, email in (("open", "new@example.test"), ("expired", "old@example.test")):
        rows = client.get(LIST, {"state": state}).context["cl"].result_list
        assert [row.email for row in rows] == [email]
    assert client.get(LIST, {"state": "accepted"}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_queries_for_one_and_three_rows(
    client_of: Any, owner: User, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        invited(owner, clock.now(), email=f"n{number}@example.test")
    client = client_of(owner)
    client.get(LIST)
    with django_assert_max_num_queries(12):
        assert client.get(LIST).status_code == 200


def test_the_mail_speaks_the_language_that_was_chosen(owner: User, at: datetime, post: Post) -> None:
    invited(owner, at, language="es")
    assert post()[-1].extra_headers["Auto-Submitted"] == "auto-generated"
    assert "de noviembre de 2026" in str(post()[-1].body)


def test_f14_a_line_break_in_an_address_is_an_error_of_the_form(client_of: Any, owner: User, post: Post) -> None:
    form = {"email": "a@example.test\nBcc: b@example.test", "name": "", "language": "en"}
    assert client_of(owner).post(f"{LIST}add/", form).status_code == 422
    assert post() == []
