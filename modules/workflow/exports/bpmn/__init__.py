"""A workflow as BPMN 2.0 XML with its layout (BPMN DI). How our parts are mapped, as in docs/workflow-json.md:

- A state is a deferred choice, so it is an **event-based gateway** with an **intermediate catch event** for each way
  out: a message for what somebody chooses or what is reported, a timer for a timer, a condition for an
  automatic step. With a single way out the gateway is a milestone (none intermediate event) before that event.
- A state all of whose ways are automatic is an **exclusive gateway** whose flows carry the conditions.
- A state with one task is a **user task** with its potential owners; with several a **sub-process** of user tasks that
  begin together. What completes a task is a flow with its outcome; every other way out is an interrupting **boundary
  event**. A decision of several people is a multi-instance user task with its completion condition.
- A final state is an **end event**; a **start event** leads to the initial state.
- Repetitions and promises (SLAs) are **annotations**; guards, effects, forms and four eyes stand in the documentation
  of their element. Nothing is executable: what runs is our own graph.
"""

from modules.workflow.exports.bpmn.document import bpmn

__all__ = ["bpmn"]
