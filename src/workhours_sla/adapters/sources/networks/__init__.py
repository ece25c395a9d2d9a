"""Comments of social networks, which one mapper maps to events."""
