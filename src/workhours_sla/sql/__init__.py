"""Working time in SQL: scripts that install schedules in PostgreSQL, DuckDB and SQLite.

Analysts then write ``wh.deadline('roads', posted, 14400000000)`` and get the answers of the
library, equal to the microsecond. ``script`` writes a script for an engine, and ``tables`` returns
the edges of working time as rows.
"""

from workhours_sla.argument_types import check_public
from workhours_sla.sql.scripts import script, tables

__all__ = ["script", "tables"]

check_public(globals())
