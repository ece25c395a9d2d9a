"""Write values as JSON documents, each under a versioned schema, and read them back.

>>> from workhours_sla import Schedule
>>> from workhours_sla.json import from_json, to_json
>>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
>>> from_json(to_json(office), Schedule) == office
True
"""

from workhours_sla.adapters.json.documents import from_json, to_json
from workhours_sla.argument_types import check_public

__all__ = ["from_json", "to_json"]

check_public(globals())
