"""Write values as JSON documents, each under a versioned schema, and read them back.

>>> from workhours_sla import Schedule
>>> from workhours_sla.json import from_json, to_json
>>> office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
>>> from_json(to_json(office), Schedule) == office
True
"""

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.json.documents import from_json, to_json
else:
    __getattr__ = on_first_use(__name__, {"json.documents": "from_json to_json"})

__all__ = ["from_json", "to_json"]
