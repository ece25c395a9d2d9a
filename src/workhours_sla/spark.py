"""Run the library on Apache Spark: streams of changes, and columns computed in Spark itself.

Needs the extra ``spark`` and Java 17. Importing this module does not import PySpark.

>>> from workhours_sla.spark import EVENT_SCHEMA
>>> print(EVENT_SCHEMA[:36])
event_id string, appeal_id string, t
"""

from workhours_sla.adapters.spark.columns import ScheduleColumns
from workhours_sla.adapters.spark.events import EVENT_SCHEMA
from workhours_sla.adapters.spark.session import session
from workhours_sla.adapters.spark.stream import changes, rejected

__all__ = ["EVENT_SCHEMA", "ScheduleColumns", "changes", "rejected", "session"]
