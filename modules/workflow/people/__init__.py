"""People: who may do what, who is given which task, who stands in for whom, who decides with whom."""
