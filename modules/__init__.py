"""The feature domains of the product, one Django app each."""
