"""The manifest of the workflow engine."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import Manifest, ModuleConfig, Nav


class WorkflowConfig(ModuleConfig):
    name, label = "modules.workflow", "workflow"
    verbose_name = _("Workflow")
    manifest = Manifest(
        key="workflow",
        title=_("Workflow"),
        icon="arrow-path-rounded-square",
        description=_("What may happen to a record, who may do it, and what happened."),
        navigation=[
            Nav(_("Workflows"), "workflow:overview", "account_tree"),
            Nav(_("Tasks"), "workflow.task", "task_alt"),
            Nav(_("My absences"), "workflow:absences", "beach_access"),
            Nav(_("Absences"), "workflow.absence", "event_busy"),
            Nav(_("Timers"), "workflow.timer", "timer"),
            Nav(_("Incidents"), "workflow.incident", "report"),
            Nav(_("Waiting events"), "workflow:events", "mark_email_unread", "workflow.view_earlyevent"),
            Nav(_("Business calendars"), "workflow.businesscalendar", "calendar_month"),
            Nav(_("Steps taken"), "workflow.historyentry", "history"),
            Nav(_("Definitions"), "workflow.definition", "schema"),
        ],
    )
