"""Pages of the film shop, by noun."""
