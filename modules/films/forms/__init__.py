"""Forms of the film shop, by noun."""
