"""A workflow and its history for other tools: event logs, diagrams, models."""
