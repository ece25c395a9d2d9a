"""Run the library on Apache Spark: streams of changes, and columns computed in Spark itself.

Needs the extra ``spark`` and Java 17. Importing this module does not import PySpark.

>>> from workhours_sla.spark import EVENT_SCHEMA
>>> EVENT_SCHEMA.split(", ")[:3]
['event_id string', 'appeal_id string', 'type string']
"""

from workhours_sla.argument_types import check_public
from workhours_sla.errors import needs_extra

try:
    import numpy as np  # noqa: F401
except ImportError as _error:
    raise needs_extra(what="columns in Spark need numpy", extras=("spark",)) from _error

from workhours_sla.spark.columns import ScheduleColumns
from workhours_sla.spark.events import EVENT_SCHEMA
from workhours_sla.spark.spark_session import session
from workhours_sla.spark.stream import changes, rejected

__all__ = ["EVENT_SCHEMA", "ScheduleColumns", "changes", "rejected", "session"]

check_public(globals())
