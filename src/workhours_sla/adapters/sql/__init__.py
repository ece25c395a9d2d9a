"""Schedules for other engines: tables of days, and SQL scripts that calculate from them."""
