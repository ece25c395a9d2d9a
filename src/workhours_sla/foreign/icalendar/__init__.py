"""Read calendars from iCalendar files (RFC 5545), and write schedules to iCalendar files."""
