"""Sinks, to which changes are sent."""
