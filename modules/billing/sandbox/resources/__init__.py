"""What each endpoint does: one file a noun. Every function runs inside one transaction of the world."""
