"""The due time and the verdict of an appeal in the system that exported it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from workhours_sla.module_names import public

Theirs = Literal["met", "breached"]
"""The verdicts of other systems."""


@public("workhours_sla.files")
class Claim(NamedTuple):
    """The due time and the verdict of an appeal in the system that exported the file.

    ``due_at`` is in UTC. Each is None if the system did not export it.

    >>> Claim("A-1", verdict="met").due_at is None
    True
    """

    appeal_id: str
    due_at: datetime | None = None
    verdict: Theirs | None = None
