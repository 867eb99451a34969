"""One record on its way: fired, locked, moved, written down, made up for and taken back."""
