"""The 43 control-flow patterns on the engine, by groups; docs/workflow-patterns.md names each test."""
