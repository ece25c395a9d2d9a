"""The names that the configuration has for what people see of the service."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Names = Mapping[str, Mapping[str, str]]
"""The names of agencies, districts and channels, keyed by grouping and id."""


_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Labels(NamedTuple):
    """The names in the configuration, and the organisation in the heading, keyed by language."""

    names: Names = _NONE
    titles: Mapping[str, str | None] = _NONE


NO_LABELS: Final = Labels()
"""No names: ids are shown instead."""
