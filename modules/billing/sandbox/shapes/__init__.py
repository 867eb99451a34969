"""The objects as Stripe shows them. A test holds their field names against Stripe's published examples."""
