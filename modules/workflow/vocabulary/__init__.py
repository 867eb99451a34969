"""What a workflow can name: guards, effects, forms and texts, with their parameters, and what a builder is offered."""
