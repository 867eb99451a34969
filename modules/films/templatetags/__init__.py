"""Template tags of the films module."""
