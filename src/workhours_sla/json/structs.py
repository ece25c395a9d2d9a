"""Forms: msgspec structs that declare the JSON object of a type of value.

A value is written by copying its attributes to its form, and read by building it from its form.
The form of a dataclass or a named tuple is made from its attributes: each is a required key, but in
a report those that have a default.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as fields_of
from datetime import timedelta
from functools import cache, reduce
from inspect import get_annotations
from operator import or_
from types import UnionType
from typing import Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.json.single_texts import LEAVES, Amount
from workhours_sla.text.messages import say
from workhours_sla.worktime.budgets import BUDGET_KINDS, WORKING_TIME, Budget


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


_NESTED: Final = (Form, tuple, dict)
"""Types of values that may contain instances of Form."""
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
