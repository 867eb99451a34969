"""The staff's side: the admin site on unfold, and the base of every record's pages."""
