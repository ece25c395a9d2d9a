"""Working time in SQL: scripts that install schedules in an engine, and functions for DuckDB.

Analysts then write ``wh.deadline('roads', posted, 14400000000)`` and get the answers of the
library, equal to the microsecond. ``script`` writes a script for an engine, ``tables`` returns the
days of schedules as rows, ``register_duckdb`` adds functions to a DuckDB connection, and
``dbt_package`` writes a package for dbt.
"""

from workhours_sla.argument_types import check_public
from workhours_sla.sql.dbt import dbt_package
from workhours_sla.sql.dialects import script, tables
from workhours_sla.sql.duckdb_functions import register_duckdb
from workhours_sla.sql.schedule_tables import CompiledSchedules, Table
from workhours_sla.sql.scripts import Script

__all__ = [
    "CompiledSchedules",
    "Script",
    "Table",
    "dbt_package",
    "register_duckdb",
    "script",
    "tables",
]

check_public(globals())
