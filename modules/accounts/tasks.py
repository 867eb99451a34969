"""Work of the accounts outside of requests."""

from modules.accounts import mail
from modules.accounts.services import invitations
from modules.core.outbox import Delivery, effect


@effect(mail.EFFECT)
def send_account_mail(delivery: Delivery) -> None:
    """Send a mail about an account."""
    mail.deliver(delivery)


@effect(invitations.EFFECT)
def send_invitation(delivery: Delivery) -> None:
    """Write and send an invitation; one that ended or was sent anew meanwhile stays unsent."""
    mail.deliver_invitation(delivery)
