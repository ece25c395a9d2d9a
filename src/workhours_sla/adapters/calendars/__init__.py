"""Build calendars from other sources: libraries, iCalendar feeds, files of days, and acts."""
