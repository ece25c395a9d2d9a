"""Build calendars from other libraries, iCalendar feeds, files of days, and acts."""
