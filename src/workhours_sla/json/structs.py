"""Forms: msgspec structs that declare the JSON object of a type of value.

A value is written by copying its attributes to its form, and read by building it from its form.
The form of a dataclass or a named tuple is made from its attributes: each is a required key, but in
a report those that have a default.

Some values are one text, a Leaf: a datetime in ISO 8601 with its offset, and with its IANA zone as
in RFC 9557, ``2026-10-25T02:30:00+01:00[Europe/Berlin][_fold=1]``, where the tag ``[_fold=1]`` is
there if its ``fold`` is 1; an amount as an ISO 8601 duration without days, ``-PT1H10M``; weekly
hours in their notation; a layer of a calendar by its name in lower case.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as fields_of
from datetime import datetime, timedelta, timezone
from functools import cache, reduce
from inspect import get_annotations
from operator import or_
from types import UnionType
from typing import Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from workhours_sla.calendars.days import Layer
from workhours_sla.calendars.tables import parse_month_day
from workhours_sla.calendars.zones import time_zone
from workhours_sla.errors import NaiveDatetimeError, UnknownTimeZoneError, clipped, shown
from workhours_sla.json.checked_data import Keys, Leaf, Reader, refuse
from workhours_sla.text.amounts import iso_amount, parse_iso
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import BUDGET_KINDS, WORKING_TIME, Budget
from workhours_sla.worktime.hours import WeeklyHours, parse_shifts

_MOMENT = re.compile(r"([^\[]+)(?:\[([^\[\]=]+)\])?(\[_fold=1\])?")


class Moment(Leaf):
    """An aware datetime as text, with its zone and fold."""

    @staticmethod
    def write(when: datetime) -> str:
        """Return a datetime as text. Raises NaiveDatetimeError, UnknownTimeZoneError."""
        if when.utcoffset() is None:
            msg = f"{when!r} has no zone, so it names no instant; give it an offset"
            raise NaiveDatetimeError(msg)
        text, zone = when.isoformat(), when.tzinfo
        if isinstance(zone, ZoneInfo) and zone.key is not None:
            text += f"[{zone.key}]"
        elif not isinstance(zone, timezone):
            msg = f"{when!r} is in a zone without an IANA name; use ZoneInfo('Area/City') or UTC"
            raise UnknownTimeZoneError(msg, tz=repr(zone))
        if when.fold:
            text += "[_fold=1]"
        return text

    @staticmethod
    def read(text: str) -> datetime:
        """Parse a datetime that ``write`` wrote, and return it with the original zone and fold."""
        match = _MOMENT.fullmatch(text)
        when = None
        with suppress(ValueError):
            when = datetime.fromisoformat(match[1]) if match else None
        if match is None or when is None or when.tzinfo is None or when.isoformat() != match[1]:
            example = "2026-05-08T09:00:00+03:00"
            refuse(say("not_instant", value=shown(text)), say("write_like", example=example))
        name, fold = match[2], int(match[3] is not None)
        if name is None:
            return when.replace(fold=fold)
        local = when.replace(tzinfo=time_zone(name), fold=fold)
        if local.utcoffset() != when.utcoffset():
            what = say("other_offset", zone=clipped(name), value=shown(text))
            refuse(what, say("leave_brackets_out"))
        return local


class Amount(Leaf):
    """An amount of time as text, exact to the microsecond."""

    write: Final = staticmethod(iso_amount)

    @staticmethod
    def read(text: str) -> timedelta:
        """Parse an amount that ``iso_amount`` wrote. Raises RefusedError."""
        amount = parse_iso(text)
        if amount is None:
            what = say("not_amount", value=shown(text))
            refuse(what, say("write_like_either", first="PT4H30M", second="-PT0.5S"))
        return amount


class LayerName(Leaf):
    """A layer of a calendar as text: its name in lower case."""

    write: ClassVar[Callable[[Any], str]] = staticmethod(lambda layer: layer.name.lower())

    @staticmethod
    def read(text: str) -> Layer:
        layers = {layer.name.lower(): layer for layer in Layer}
        if text not in layers:
            what = say("not_valid", value=shown(text))
            refuse(what, say("use_one", choices=", ".join(layers), more=""))
        return layers[text]


class Hours(Leaf):
    """Weekly hours as text, such as ``Mo-Fr 09:00-18:00``."""

    write: ClassVar[Callable[[Any], str]] = staticmethod(str)
    read = staticmethod(WeeklyHours.parse)


class DayHours(Leaf):
    """The hours of one date as text, such as ``09:00-13:00,14:00-18:00``."""

    read = staticmethod(parse_shifts)


class MonthDay(Leaf):
    """A date without a year as text: ``MM-DD``."""

    write: ClassVar[Callable[[Any], str]] = staticmethod("{0[0]:02}-{0[1]:02}".format)
    read = staticmethod(parse_month_day)


LEAVES: Final[dict[type, Any]] = {
    datetime: Moment,
    timedelta: Amount,
    Layer: LayerName,
    WeeklyHours: Hours,
}
"""The Leaf that writes and reads the values of each type."""
for _of, _leaf in LEAVES.items():
    _leaf.register(_of)
DayHours.register(tuple)
MonthDay.register(tuple)


# -- forms -------------------------------------------------------------------------------------


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """Base class of the structs that declare the JSON object of one type of value."""

    build: ClassVar[Callable[..., Any]]
    """The function that builds the value. Its keyword arguments are the fields."""

    writers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """The functions that convert attributes to fields, keyed by name; by default ``plain``."""

    @classmethod
    def written(cls, value: Any) -> Any:
        writers = cls.writers
        return cls(
            *[writers.get(name, plain)(getattr(value, name)) for name in cls.__struct_fields__]
        )


FORMS: Final[dict[type, Any]] = {}
"""Forms that need more than the type they describe, keyed by type; ``schedules`` adds some."""


def form_of_one(
    key: str, of: Any, written: Callable[[Any], Any], *, tag: str, tag_field: str
) -> Any:
    """Make the Form subclass of a JSON object with one key beside its tag."""
    return msgspec.defstruct(
        f"{key}_form",
        [(key, of)],
        bases=(Form,),
        namespace={
            "build": staticmethod(lambda **fields: fields[key]),
            "written": classmethod(lambda cls, value: cls(written(value))),
        },
        tag_field=tag_field,
        tag=tag,
    )


def form_of(
    kind: type,
    *,
    tag: str | None = None,
    tag_field: str = "kind",
    build: Callable[..., Any] | None = None,
    native: bool = False,
    **others: tuple[Any, Callable[[Any], Any]],
) -> Any:
    """Make the Form subclass of a dataclass or a named tuple."""
    hints = _hints(kind)
    hints.pop("_", None)  # the marker of keyword-only fields in a dataclass
    for name, hint in hints.items():
        if hint in (Budget, Budget | None):
            of_budget = reduce(or_, budget_forms().values())
            others[name] = (of_budget if hint == Budget else of_budget | None, _written_budget)
    # a report may lack an attribute that has a default: it was written before there was one
    given = {one.name: one.default for one in fields_of(kind)} if native else {}
    fields = [
        (
            name,
            others[name][0] if name in others else _declared(hint, native=native),
            msgspec.NODEFAULT if given.get(name, MISSING) is MISSING else given[name],
        )
        for name, hint in hints.items()
    ]
    return msgspec.defstruct(
        f"{kind.__name__}Form",
        fields,
        bases=(Form,),
        namespace={
            "build": staticmethod(build or kind),
            "writers": {name: write for name, (_, write) in others.items()},
        },
        tag=tag,
        tag_field=tag_field if tag else None,
        kw_only=native,
    )


@cache
def part_form_of(kind: Any, *, native: bool = False) -> Any:
    """Return the Form subclass of a dataclass or a named tuple, without a tag, from a cache."""
    return form_of(kind, native=native)


@cache
def budget_forms() -> dict[type, Any]:
    return {
        timedelta: form_of_one("amount", Amount, plain, tag=WORKING_TIME, tag_field="kind"),
        **{kind: form_of(kind, tag=kind.kind()) for kind in BUDGET_KINDS},
    }


def _written_budget(budget: Any) -> Any:
    return None if budget is None else budget_forms()[type(budget)].written(budget)


def _declared(hint: Any, *, native: bool) -> Any:
    """Replace each type in a type hint by its Leaf or its Form, if it has one."""
    if hint in LEAVES and not native:
        return LEAVES[hint]
    if _has_fields(hint):
        return part_form_of(hint, native=native)
    arguments = tuple(_declared(one, native=native) for one in get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        return reduce(or_, arguments)
    return get_origin(hint)[arguments] if arguments and arguments != get_args(hint) else hint


@cache
def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))


def _hints(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("workhours_sla"):
            own = type(kind.__name__, (), {"__annotations__": get_annotations(base)})
            # a facade may not be loaded; hints of its classes are resolved already
            module = sys.modules.get(base.__module__)
            found |= get_type_hints(own, vars(module) if module else {}, {})
    return found


def plain(value: Any) -> Any:
    """Convert a value for msgspec: to text if its type has a Leaf, to a Form if it has one."""
    kind: Any = type(value)
    if kind in LEAVES:
        return LEAVES[kind].write(value)
    if kind in (tuple, frozenset):
        return tuple(map(plain, sorted(value) if kind is frozenset else value))
    form = FORMS.get(kind) or (part_form_of(kind) if _has_fields(kind) else None)
    return value if form is None else form.written(value)


_NESTED: Final = (Form, tuple, dict)  # types of values that may contain instances of Form
_DEEPEST: Final = 200
"""Maximum number of keys in a path; more deeply nested values cannot be written."""


def value_of(part: Any, reader: Reader, keys: Keys = ()) -> Any:
    """Build the value that the Form ``part`` describes, and the values of the forms in it."""
    if len(keys) > _DEEPEST:
        reader.fail((), say("nested_too_deep"), say("give_as_written"))
    if isinstance(part, Form):
        kind = type(part)
        fields = {}
        for name in kind.__struct_fields__:
            value = getattr(part, name)
            nested = isinstance(value, _NESTED)
            fields[name] = value_of(value, reader, (*keys, name)) if nested else value
        return reader.make(keys, lambda: kind.build(**fields))
    if type(part) is tuple:
        return tuple([value_of(one, reader, (*keys, at)) for at, one in enumerate(part)])
    if isinstance(part, dict):
        return {key: value_of(one, reader, (*keys, str(key))) for key, one in part.items()}
    return part
