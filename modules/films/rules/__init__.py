"""Pure rules of the films module, split by noun: no query, no write."""
