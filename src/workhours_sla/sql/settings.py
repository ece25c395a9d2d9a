"""What a script contains, and the checks of the options of scripts."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, get_args

from workhours_sla.errors import ScriptError, shown
from workhours_sla.sql.schedule_tables import CompiledSchedules
from workhours_sla.text.messages import say

OnUnknown = Literal["null", "raise"]
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,40}")


class Settings(NamedTuple):
    """What a script contains, and how it answers."""

    compiled: CompiledSchedules
    schema: str
    on_unknown: OnUnknown

    @property
    def raises(self) -> bool:
        """Whether an answer that is not known is an error instead of NULL."""
        return self.on_unknown == "raise"


def check_schema(schema: str) -> None:
    """Raise ScriptError for a name that is no plain identifier in every engine."""
    if not _SCHEMA.fullmatch(str(schema)):
        raise ScriptError(say("sql_schema", name=shown(schema)))


def check_on_unknown(on_unknown: str) -> None:
    """Raise ScriptError for another value than "null" and "raise"."""
    if on_unknown not in get_args(OnUnknown):
        raise ScriptError(say("sql_on_unknown", name=shown(on_unknown)))
