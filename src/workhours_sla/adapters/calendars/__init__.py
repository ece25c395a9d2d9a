"""Calendars from outside, copied into our own values: libraries, feeds, files, acts."""
