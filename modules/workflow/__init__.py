"""The workflow engine: what may happen to a record, who may do it, and a history of what happened."""
