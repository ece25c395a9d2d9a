"""Run the library on Apache Spark: streams of changes, and columns.

Needs the extra ``spark`` and Java 17. Importing this module does not import PySpark.

>>> from workhours_sla.spark import EVENT_SCHEMA
>>> EVENT_SCHEMA.split(", ")[:3]
['event_id string', 'appeal_id string', 'type string']
"""

from workhours_sla.argument_types import check_public
from workhours_sla.spark.start import session
from workhours_sla.spark.stream import EVENT_SCHEMA, changes, rejected
from workhours_sla.spark.verb_columns import ScheduleColumns

__all__ = ["EVENT_SCHEMA", "ScheduleColumns", "changes", "rejected", "session"]

check_public(globals())
