"""Addresses: transitions on both faces, tasks, the workflows' pages in the console."""

from django.contrib import admin
from django.urls import URLPattern, path, register_converter

from modules.portal.api import pages_of
from modules.workflow.flows import flows
from modules.workflow.views import (
    absences,
    backtest,
    board,
    console,
    deeds,
    events,
    exports,
    gate,
    handing,
    inbox,
    inbox_deeds,
    incidents,
    moving,
    process,
    stuck,
    tasks,
    transitions,
    versions,
    work,
)

app_name = "workflow"


class RecordTypeConverter:
    """`films.order`: the dot keeps these addresses apart from those of the engine's own tables."""

    regex = r"[a-z0-9_]+\.[a-z0-9_]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RecordTypeConverter, "record_type")


def portal_addresses() -> list[URLPattern]:
    """For each kind of record that has both a workflow and customer pages: below the record's own address."""
    found = []
    for flow in flows:
        pages = pages_of(flow.model)
        if pages is not None and pages.detail:
            route = f"{pages.path}/<str:lookup>/actions/<str:transition>/"
            found.append(path(route, transitions.portal_transition(pages), name=f"{pages.route}_transition"))
    return found


staff = admin.site.admin_view
urlpatterns = [
    path("work/tasks/<int:pk>/", work.own_work, name="own_work"),
    path("work/<str:token>/", work.work, name="work"),
    path("console/workflow/", staff(console.overview), name="overview"),
    path("console/workflow/inbox/news/", staff(inbox.inbox_news), name="inbox_news"),
    path("console/workflow/inbox/<int:pk>/do/<str:way>/", staff(inbox.inbox_do), name="inbox_do"),
    path("console/workflow/inbox/<int:pk>/claim/", staff(inbox_deeds.inbox_claim), name="inbox_claim"),
    path("console/workflow/inbox/<int:pk>/release/", staff(inbox_deeds.inbox_release), name="inbox_release"),
    path("console/workflow/inbox/<int:pk>/assign/", staff(inbox_deeds.inbox_assign), name="inbox_assign"),
    path("console/workflow/inbox/<int:pk>/undo/<int:step>/", staff(inbox_deeds.inbox_undo), name="inbox_undo"),
    path("console/workflow/absences/", staff(absences.absences), name="absences"),
    path("console/workflow/absences/<int:pk>/end/", staff(absences.absence_end), name="absence_end"),
    path("console/workflow/events/", staff(events.events_page), name="events"),
    path("console/workflow/events/<int:pk>/take/", staff(events.event_take), name="event_take"),
    path("console/workflow/events/<int:pk>/discard/", staff(events.event_discard), name="event_discard"),
    path("console/workflow/stuck/", staff(stuck.stuck_page), name="stuck"),
    path("console/workflow/stuck/requeue/", staff(stuck.stuck_requeue), name="stuck_requeue"),
    path("console/workflow/tasks/<int:pk>/claim/", staff(tasks.task_claim), name="task_claim"),
    path("console/workflow/tasks/<int:pk>/release/", staff(tasks.task_release), name="task_release"),
    path("console/workflow/tasks/<int:pk>/complete/", staff(tasks.task_complete), name="task_complete"),
    path("console/workflow/tasks/<int:pk>/hand/<str:deed>/", staff(handing.task_hand), name="task_hand"),
    path("console/workflow/tasks/<int:pk>/assign/", staff(deeds.task_assign), name="task_assign"),
    path("console/workflow/tasks/<int:pk>/finish/<str:outcome>/", staff(deeds.task_finish), name="task_finish"),
    path("console/workflow/incidents/<int:pk>/retry/", staff(incidents.incident_retry), name="incident_retry"),
    path("console/workflow/incidents/<int:pk>/skip/", staff(incidents.incident_skip), name="incident_skip"),
    path("console/workflow/incidents/<int:pk>/mend/", staff(incidents.incident_mend), name="incident_mend"),
    path("console/workflow/<record_type:record_type>/<int:pk>/move/", staff(moving.record_move), name="record_move"),
    path("console/workflow/<record_type:record_type>/<int:pk>/undo/", staff(deeds.record_undo), name="record_undo"),
    path("console/workflow/<record_type:record_type>/", staff(process.flow_page), name="flow"),
    path("console/workflow/<record_type:record_type>/records/", staff(process.record_list), name="records"),
    path("console/workflow/<record_type:record_type>/export/", staff(exports.export_page), name="export"),
    path(
        "console/workflow/<record_type:record_type>/export/<slug:kind>/",
        staff(exports.export_file),
        name="export_file",
    ),
    path("console/workflow/<record_type:record_type>/versions/", staff(versions.versions), name="versions"),
    path(
        "console/workflow/<record_type:record_type>/versions/undo/<int:pk>/",
        staff(versions.undo),
        name="transfer_undo",
    ),
    path("console/workflow/<record_type:record_type>/gate/<int:pk>/", staff(gate.gate), name="gate"),
    path("console/workflow/<record_type:record_type>/backtest/", staff(backtest.backtest), name="backtest"),
    path("console/workflow/<record_type:record_type>/board/", staff(board.board), name="board"),
    path(
        "console/workflow/<record_type:record_type>/board/cards/<str:state>/<int:start>/",
        staff(board.board_cards),
        name="board_cards",
    ),
    path(
        "console/workflow/<record_type:record_type>/board/moves/<int:pk>/<str:state>/",
        staff(board.board_moves),
        name="board_moves",
    ),
    path(
        "console/workflow/<record_type:record_type>/<int:pk>/<str:transition>/",
        staff(transitions.console_transition),
        name="transition",
    ),
    *portal_addresses(),
]
