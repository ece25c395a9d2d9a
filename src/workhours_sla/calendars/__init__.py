"""What kind of day is it? Calendars of dates, with the act behind every exceptional day."""
