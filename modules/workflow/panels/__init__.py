"""What record pages show of a workflow: actions with reasons, work, the story so far, the diagram."""
