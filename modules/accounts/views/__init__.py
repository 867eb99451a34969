"""The accounts' own pages: profile, second step, invitations."""
