"""The permissions that workflows name, made when they do not exist yet."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import translation

from modules.workflow.flows import Flow, flows


def publish_permissions() -> None:
    """Make every permission that a transition names and that does not exist yet, on the flow's model."""
    for flow in flows:
        named = _named_permissions(flow)
        existing = set(
            Permission.objects.filter(
                content_type__app_label=flow.model._meta.app_label, codename__in=named
            ).values_list("codename", flat=True)
        )
        kind = ContentType.objects.get_for_model(flow.model)
        for codename in named.keys() - existing:
            Permission.objects.create(content_type=kind, codename=codename, name=named[codename][:255])


def _named_permissions(flow: Flow) -> dict[str, str]:
    """Codename to words, of the permissions in the model's own app; those of others are theirs to make."""
    titles: dict[str, list[str]] = {}
    with translation.override(None):
        for transition in flow.graph.transitions:
            for rule in transition.by:
                app_label, _, codename = rule.value.partition(".")
                if rule.kind == "staff" and app_label == flow.model._meta.app_label:
                    titles.setdefault(codename, []).append(str(transition.title))
        name = str(flow.model._meta.verbose_name)
    return {codename: f"{name}: {', '.join(words)}" for codename, words in titles.items()}
