"""A process with one human task, as viewflow's documentation writes it."""

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process


class ApprovalFlow(flow.Flow):
    process_class = Process
    lock_impl = lock.select_for_update_lock
    start = flow.StartHandle().Next(this.approve)
    approve = flow.View(lambda request, **kwargs: None).Next(this.end)
    end = flow.End()
