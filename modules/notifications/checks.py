"""System checks: a message that could not be written is found before somebody waits for it."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

from modules.core.messages import EMAIL, IN_APP, Message, categories, messages


@register("modules")
def check_messages(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Every declared message has its record's model, known ways, recipients and templates that compile."""
    return [error for message in messages for error in _mistakes(message)]


@register("settings")
def check_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Mails are kept for a while, not for ever and not for no time at all."""
    if settings.SENT_MAIL_DAYS > 0:
        return []
    return [Error(f"SENT_MAIL_DAYS is {settings.SENT_MAIL_DAYS}.", hint="Use 1 or more.", id="notifications.E005")]


def _mistakes(message: type[Message]) -> Iterator[CheckMessage]:
    name = f"The message {message.key}"
    try:
        if message.model:
            apps.get_model(message.model)
    except (LookupError, ValueError):
        yield Error(f"{name} names the model “{message.model}”, which is none.", id="notifications.E001")
    if not message.channels or set(message.channels) - {IN_APP, EMAIL}:
        yield Error(f"{name} goes by unknown ways: {list(message.channels)}.", id="notifications.E002")
    if not callable(getattr(message, "to", None)):
        yield Error(f"{name} has no recipients.", hint="Give it `to(record)`.", id="notifications.E003")
    if message.category not in categories:
        unknown = f"{name} is of the category “{message.category}”, which nobody declares."
        yield Error(unknown, hint="Declare it beside the message: `declare_category`.", id="notifications.E006")
    for suffix, is_needed in ((".txt", True), (".subject.txt", False), (".html", False), (".note.txt", False)):
        if problem := _problem(f"{message.template}{suffix}", is_needed=is_needed):
            yield Error(f"{name}: {problem}.", id="notifications.E004")


def _problem(template: str, *, is_needed: bool) -> str:
    try:
        get_template(template)
    except TemplateDoesNotExist as missing:
        return f"the template {missing} is missing" if is_needed or str(missing) != template else ""
    except TemplateSyntaxError as error:
        return f"{template} does not compile: {error}"
    return ""
