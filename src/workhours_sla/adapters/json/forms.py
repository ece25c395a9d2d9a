"""Structs that declare the JSON object of a type, derived from the type itself.

A value is written by copying its attributes into a form, and read by building it from one. The
attributes of a dataclass or a named tuple are the keys, and every key is required.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import timedelta
from functools import cache, reduce
from inspect import get_annotations
from operator import or_
from types import UnionType
from typing import Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from workhours_sla.adapters.json.leaves import LEAVES, Amount
from workhours_sla.adapters.shape import Keys, Reader
from workhours_sla.worktime.budget_kinds import (
    Budget,
    CalendarDays,
    ClockTime,
    Months,
    WorkingDays,
)


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """Base of the forms: the JSON object of one type of value."""

    build: ClassVar[Callable[..., Any]]
    """Builds the value from the fields."""

    writers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """The functions that write fields in another form than that of their type."""

    @classmethod
    def written(cls, value: Any) -> Any:
        """Return the form of a value, its attributes as JSON has them."""
        writers = cls.writers
        return cls(
            *[writers.get(name, plain)(getattr(value, name)) for name in cls.__struct_fields__]
        )


FORMS: Final[dict[type, Any]] = {}
"""The forms of types that have one of their own; ``schedules`` adds to it."""


class WorkingTimeForm(Form, tag_field="kind", tag="working_time"):
    """A budget of working time, a plain timedelta."""

    amount: Amount

    @staticmethod
    def build(amount: timedelta) -> timedelta:
        """Return the amount."""
        return amount

    @classmethod
    def written(cls, value: timedelta) -> Any:
        """Return the form of an amount."""
        return cls(plain(value))


def form_of(
    kind: type,
    *,
    tag: str | None = None,
    tag_field: str = "kind",
    build: Callable[..., Any] | None = None,
    native: bool = False,
    **others: tuple[Any, Callable[[Any], Any]],
) -> Any:
    """Return the form of a dataclass or named tuple, tagged where it is one of several.

    ``build`` builds the value in place of ``kind``; ``others`` are the hint and the writer of
    fields in another form than that of their type. With ``native`` instants and amounts are read
    as msgspec reads them: in ISO 8601, without zone.
    """
    fields = []
    for name, hint in _hints(kind).items():
        if hint == Budget:
            others[name] = (reduce(or_, budget_forms().values()), _written_budget)
        declared = others[name][0] if name in others else _declared(hint, native=native)
        if name != "_":  # of dataclasses with keyword-only fields
            fields.append((name, declared))
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
    )


@cache
def part_form_of(kind: Any, *, native: bool = False) -> Any:
    """Return the form of a type where it is part of another."""
    return form_of(kind, native=native)


@cache
def budget_forms() -> dict[type, Any]:
    """Return the form of each kind of budget; a plain timedelta is working time."""
    return {
        timedelta: WorkingTimeForm,
        ClockTime: form_of(ClockTime, tag="clock_time"),
        WorkingDays: form_of(WorkingDays, tag="working_days"),
        CalendarDays: form_of(CalendarDays, tag="calendar_days"),
        Months: form_of(Months, tag="months"),
    }


def _written_budget(budget: Any) -> Any:
    return budget_forms()[type(budget)].written(budget)


def _declared(hint: Any, *, native: bool) -> Any:
    """Return a type hint with leaves and forms in place of the types that have them."""
    if hint in LEAVES and not native:
        return LEAVES[hint]
    if _has_fields(hint):
        return part_form_of(hint, native=native)
    arguments = tuple(_declared(one, native=native) for one in get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        return reduce(or_, arguments)
    return get_origin(hint)[arguments] if arguments and arguments != get_args(hint) else hint


def _has_fields(kind: Any) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))


def _hints(kind: type) -> dict[str, Any]:
    """Return the type hints of a class and its bases."""
    bases = [base for base in reversed(kind.__mro__) if base.__module__.startswith("workhours_sla")]
    return {name: hint for base in bases for name, hint in _own_hints(base).items()}


def _own_hints(kind: type) -> dict[str, Any]:
    """Return the type hints of a class itself; those of a public class are resolved already."""
    hints = type(kind.__name__, (), {"__annotations__": get_annotations(kind)})
    module = sys.modules.get(kind.__module__)  # a facade may not be loaded
    return get_type_hints(hints, vars(module) if module else {}, {})


def plain(value: Any) -> Any:
    """Return a value as msgspec writes it: a leaf as text, a value with fields as a form."""
    kind: Any = type(value)
    write = _writer(kind)
    return value if write is None else write(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Any] | None:
    """Return the function that writes values of a type; None where they are plain already."""
    if kind in LEAVES:
        writer: Callable[[Any], Any] = LEAVES[kind].write
    elif kind in FORMS:
        writer = FORMS[kind].written
    elif kind in (tuple, frozenset):
        writer = _written_items
    elif _has_fields(kind):
        writer = part_form_of(kind).written
    else:
        return None
    return writer


def _written_items(values: Any) -> tuple[Any, ...]:
    return tuple(map(plain, sorted(values) if isinstance(values, frozenset) else values))


_NESTED: Final = (Form, tuple, dict)
"""The types that may contain forms."""


def value_of(part: Any, reader: Reader, keys: Keys = ()) -> Any:
    """Return the value of a form that was read. Raises ConfigError with the key path."""
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
