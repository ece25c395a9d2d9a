"""Published norms as data: targets with their sources, on any schedule."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from workhours_sla.adapters.config.checks import Faults
from workhours_sla.adapters.config.sections import Section
from workhours_sla.adapters.config.shape import check_shape
from workhours_sla.errors import ConfigError, shown
from workhours_sla.sla.event import EventType
from workhours_sla.sla.target import Starts, Stops

_FOLDER = Path(__file__).parent / "presets_data"


class NormSource(Section, frozen=True, kw_only=True):
    """Where a norm is from, and how sure that is: ``low`` where the act was not at hand."""

    title: str
    confidence: Literal["high", "medium", "low"]
    url: str | None = None
    published: date | None = None
    note: str = ""


class Norm(Section, frozen=True, kw_only=True):
    """A target as published; an ``optional`` one holds only where a rule names it."""

    name: str
    budget: str
    starts: Starts = "posted"
    stops: Stops | tuple[EventType, ...] = "first_reply"
    optional: bool = False
    note: str = ""


class Preset(Section, frozen=True, kw_only=True):
    """Published norms that belong together."""

    title: str
    sources: tuple[NormSource, ...]
    targets: tuple[Norm, ...]


def preset_names() -> list[str]:
    """Return the names of the published norms that come with the package."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def load_preset(name: str) -> Preset:
    """Return published norms by name. Raises ConfigError for a name that there is not.

    >>> [target.budget for target in load_preset("volgograd").targets]
    ['4h']
    """
    if name not in preset_names():
        msg = f"no preset {shown(name)}; use {', '.join(preset_names())}"
        raise ConfigError(msg, name=name)
    path = _FOLDER / f"{name}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    check_shape(Faults(path.name), tables, Preset)
    return msgspec.convert(tables, Preset)
