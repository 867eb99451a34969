"""Work of the accounts outside of requests."""

from modules.accounts import mail
from modules.core.outbox import Delivery, effect


@effect(mail.EFFECT)
def send_account_mail(delivery: Delivery) -> None:
    """Send a mail about an account."""
    mail.deliver(delivery)
