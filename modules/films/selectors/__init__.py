"""Questions about the film shop's rows, by noun; nothing is written here."""
