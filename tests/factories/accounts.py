"""People and roles for tests."""

from typing import Any

import factory
from django.contrib.auth.models import Permission

from modules.accounts.models import User


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A customer with the password `secret-of-tests` and a verified address."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.test")
    name = factory.Sequence(lambda number: f"Person {number}")

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **_: Any) -> None:  # type: ignore[misc]
        self.set_password(extracted or "secret-of-tests")
        if create:
            self.save(update_fields=["password"])

    @factory.post_generation
    def verified(self: User, create: bool, extracted: bool | None, **_: Any) -> None:  # type: ignore[misc]
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)  # type: ignore[attr-defined]

    @factory.post_generation
    def roles(self: User, create: bool, extracted: list[str] | None, **_: Any) -> None:  # type: ignore[misc]
        """Keys of roles, such as `films.clerk`; one that no module declares is an error."""
        from modules.accounts.api import role_group

        if create and extracted:
            self.groups.add(*[role_group(key) for key in extracted])

    @factory.post_generation
    def permissions(self: User, create: bool, extracted: list[str] | None, **_: Any) -> None:  # type: ignore[misc]
        """Single permissions, such as `films.change_film`."""
        for name in extracted or []:
            app_label, codename = name.split(".")
            self.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codename))


class StaffFactory(UserFactory):
    """A member of the staff without any role."""

    is_staff = True
    email = factory.Sequence(lambda number: f"staff{number}@example.test")


class OwnerFactory(StaffFactory):
    """The owner of the shop, who may do everything."""

    email = factory.Sequence(lambda number: f"owner{number}@example.test")
    roles = factory.PostGeneration(
        lambda user, create, extracted, **_: user.groups.add(_owner_group()) if create else None
    )


def _owner_group() -> Any:
    from modules.accounts.api import role_group

    return role_group("accounts.owner")
