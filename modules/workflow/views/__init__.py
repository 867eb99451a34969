"""The doors of the workflow: firing a transition on both faces, tasks, the workflows' own pages."""
