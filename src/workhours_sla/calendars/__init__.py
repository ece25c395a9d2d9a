"""Calendars: what kind of day each date is, and the act behind every exceptional day."""
