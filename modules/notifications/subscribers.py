"""What became of people, as far as their messages go."""

from modules.accounts.events import PersonPseudonymised
from modules.core.events import subscribe
from modules.notifications import services


@subscribe(PersonPseudonymised)
def forget_person(event: PersonPseudonymised) -> None:
    services.forget_person(user_id=event.user_id, email=event.email, at=event.at)
