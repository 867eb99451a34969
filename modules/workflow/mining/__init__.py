"""What really happens: a workflow's figures from its history. `scope` (which records), `paths` (the one statement),
`figures` (counts and times from paths), `standing` (who stands where now), `design` (what was meant beside what
happened), `promises` (SLA kept and broken), `cases` (the records behind a figure), `spans` (durations in words).
"""
