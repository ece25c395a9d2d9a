"""Calendars: the kind of each date, and the act behind every exceptional day."""
