"""Calendars from outside: copied from other libraries or read from files, one file each."""
