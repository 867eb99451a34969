"""Lists of work: the inbox, a list as a board, many records at once, what is stuck."""
