"""What a form asks, by the labels of its fields."""

from django.utils.translation import gettext as _

from modules.workflow.vocabulary import names
from modules.workflow.words.lists import all_of, quoted


def form_sentence(name: str) -> str:
    """`It asks for “Reason”.`; of a form whose fields only a record knows, that it asks at all."""
    form = names.form_classes.get(name)
    fields = getattr(form, "base_fields", {})
    labels = [quoted(field.label or key.replace("_", " ").capitalize()) for key, field in fields.items()]
    if not labels:
        return _("It asks for details in a form.")
    return _("It asks for {fields}.").format(fields=all_of(labels))
