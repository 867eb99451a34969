"""Who people are: users, signing in, roles, guest links, and the viewer of every request."""
