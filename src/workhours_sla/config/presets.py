"""Presets: targets that a law or an authority published, with the sources of their texts."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from workhours_sla.config.sections import Section
from workhours_sla.errors import ConfigError, shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.module_names import public
from workhours_sla.sla.event import EventType
from workhours_sla.sla.target import Starts, Stops
from workhours_sla.text.messages import say

_FOLDER = Path(__file__).parent / "presets_data"


@public("workhours_sla.config")
class NormSource(Section, frozen=True, kw_only=True):
    """Where a norm was published.

    ``confidence`` is ``low`` if the makers of the preset could not read the act itself.

    >>> load_preset("volgograd").sources[0].confidence
    'low'
    """

    title: str
    confidence: Literal["high", "medium", "low"]
    url: str | None = None
    published: date | None = None
    note: str = ""


@public("workhours_sla.config")
class Norm(Section, frozen=True, kw_only=True):
    """A target as it was published; an ``optional`` norm applies only to rules that name it.

    ``budget`` is text as in a configuration. A norm has no ``roll``; each configuration sets it.

    >>> load_preset("volgograd").targets[0].name
    'volgograd reply'
    """

    name: str
    budget: str
    starts: Starts = "posted"
    stops: Stops | tuple[EventType, ...] = "first_reply"
    optional: bool = False
    note: str = ""


@public("workhours_sla.config")
class Preset(Section, frozen=True, kw_only=True):
    """The published norms of one authority or law, with their sources.

    >>> [norm.optional for norm in load_preset("sevastopol").targets]
    [False, True, False]
    """

    title: str
    sources: tuple[NormSource, ...]
    targets: tuple[Norm, ...]


def preset_names() -> list[str]:
    """Return the names of the presets in this package.

    >>> preset_names()
    ['59fz', 'crimea', 'pos', 'sevastopol', 'volgograd']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@cache
def load_preset(name: str) -> Preset:
    """Return the preset with a name; raises ConfigError for an unknown name.

    >>> [target.budget for target in load_preset("volgograd").targets]
    ['4h']
    """
    if name not in preset_names():
        msg = say("no_preset_but", name=shown(name), names=", ".join(preset_names()))
        raise ConfigError(msg, name=name)
    path = _FOLDER / f"{name}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    preset: Preset = Reader(path.name).convert(tables, Preset)
    return preset
