r"""Read files of appeals, events and calendars, and write working time as iCalendar.

>>> from io import BytesIO
>>> from workhours_sla.config import parse
>>> from workhours_sla.files import open_source
>>> rows = b"appeal_id,posted_at,answered_at\nA-1,2026-03-12T10:15+03:00,\n"
>>> with open_source(BytesIO(rows), parse('[input]\nkind = "appeals"').mapping) as file:
...     [[event.appeal_id for event in row] for row in file]
[['A-1']]
"""

from workhours_sla.argument_types import check_public
from workhours_sla.foreign.act_files import load_acts, parse_acts
from workhours_sla.foreign.calendar_rows import read_dates
from workhours_sla.foreign.icalendar import read_icalendar, write_icalendar
from workhours_sla.foreign.xmlcalendar import read_xmlcalendar
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

__all__ = [
    "Fault",
    "load_acts",
    "open_source",
    "parse_acts",
    "read_dates",
    "read_icalendar",
    "read_xmlcalendar",
    "write_icalendar",
]

check_public(globals())
