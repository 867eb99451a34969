"""Records that wait for one another: parents and children, milestones, guards that ask where others stand."""
