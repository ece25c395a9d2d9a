"""Sinks: the destinations that receive changes."""
