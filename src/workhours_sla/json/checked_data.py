"""Convert data that was parsed from TOML or JSON to msgspec structs.

If a value does not have the declared type, the error is one sentence with the key path, the value
and what to write instead. A key path is the sequence of keys and list indexes that lead to a value,
such as ``targets[0].budget``.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn, TypeVar

import msgspec
from msgspec import inspect

from workhours_sla.errors import ConfigError, WorkHoursError, clipped, shown
from workhours_sla.text.messages import Phrase, say

_LISTED = 20  # maximum number of choices that a message lists

Keys = tuple[str | int, ...]
Made = TypeVar("Made")


class WrongValueError(ValueError):
    """Raised for a value that cannot be used, or for which building it raised another error."""

    def __init__(self, what: str | WorkHoursError, instead: str = "", keys: Keys = ()) -> None:
        super().__init__(str(what))
        self.what: str | WorkHoursError = what
        self.instead: str = instead
        self.keys: Keys = keys


def refuse(what: str | WorkHoursError, instead: str = "", *keys: str | int) -> NoReturn:
    """Raise WrongValueError about the value at a key path: its fault, and what to write instead."""
    raise WrongValueError(what, instead, keys) from None


class Leaf(ABC):
    """Base class of types that a file contains as one text, such as an amount of time."""

    @staticmethod
    @abstractmethod
    def read(text: str) -> object:
        """Parse a text and return its value. Raises WrongValueError, WorkHoursError."""


class _Kind(NamedTuple):
    """A type as messages describe it, and the types of its values in parsed TOML and JSON."""

    cause: str
    parsed_as: tuple[type, ...]
    written: str
    advice: str = "write_as"

    @property
    def example(self) -> Phrase:
        return say(self.advice, example=self.written)


_TEXT = _Kind("kind_text", (str,), "", "write_as_text")
_NUMBER = _Kind("kind_whole_number", (int,), "5")
_LIST = _Kind("kind_list", (list,), '["one", "two"]')
_KINDS: Final[dict[type[inspect.Type], _Kind]] = {
    **dict.fromkeys((inspect.StrType, inspect.EnumType, inspect.CustomType), _TEXT),
    **dict.fromkeys((inspect.VarTupleType, inspect.FrozenSetType), _LIST),
    inspect.LiteralType: _TEXT,
    inspect.IntType: _NUMBER,
    inspect.FloatType: _Kind("kind_number", (float, int), "0.5"),
    inspect.TimeDeltaType: _Kind("kind_amount", (str,), '"PT4H30M"'),
    inspect.BoolType: _Kind("kind_bool", (bool,), "true"),
    inspect.DateType: _Kind("kind_date", (date, str), "2026-05-08"),
    inspect.TupleType: _Kind("kind_pair", (list,), '["one", "two"]'),
}
_OF_TOML: Final = {
    "time": _Kind("kind_time", (datetime,), "2026-07-01T00:00:00+03:00"),
    "table": _Kind("kind_table", (dict,), "", "write_table"),
    "rows": _Kind("kind_rows", (list,), "", "write_rows"),
}
_OF_JSON: Final = {
    "time": _Kind("kind_time", (str,), '"2026-07-01T00:00:00Z"'),
    "table": _Kind("kind_object", (dict,), '{"key": "value"}'),
    "rows": _Kind("kind_list", (list,), '[{"key": "value"}]'),
}
_PARSED: Final[dict[type[inspect.Type], tuple[type, str, str]]] = {
    inspect.DateType: (date, "not_date", "2026-05-08"),
    inspect.DateTimeType: (datetime, "not_time", "2026-07-01T00:00:00+03:00"),
    inspect.TimeDeltaType: (timedelta, "not_amount", "PT4H30M"),
}
"""The types whose texts msgspec parses, each with the fault of a wrong text and an example."""


class Reader:
    """Converts the data of one document to structs, and raises ConfigError with the key path."""

    def __init__(
        self, name: str | None = None, *, renamed: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.name = name
        self._renamed = renamed

    def fail(self, keys: Keys, what: str, instead: str) -> NoReturn:
        """Raise ConfigError about the value at a key path: its fault, and what to do instead."""
        self._raise(keys, "at_key", "in_the_file", what=what, instead=instead)

    def _raise(
        self,
        keys: Keys,
        cause: str,
        where: str,
        reason: WorkHoursError | None = None,
        **facts: str,
    ) -> NoReturn:
        path = key_path(keys)
        file = "" if self.name is None else say(where, name=self.name)
        msg = say(cause, path=path or say("the_document"), where=file, **facts)
        raise ConfigError(msg, key=path, name=self.name, reason=reason) from None

    def choose(self, keys: Keys, value: str, known: Iterable[str], what: Phrase) -> None:
        """Raise ConfigError unless ``value`` is in ``known``, and suggest a similar one."""
        known = list(known)
        if value in known:
            return
        near = get_close_matches(value.lower(), known, n=1)
        if near:
            instead = say("did_you_mean", near=clipped(near[0]))
        elif known:
            count = len(known) - _LISTED
            more = say("or_one_of_more", count=count) if count > 0 else ""
            choices = ", ".join(map(clipped, known[:_LISTED]))
            instead = say("use_one", choices=choices, more=more)
        else:
            instead = say("none_known")
        self.fail(keys, what, instead)

    def parse(self, keys: Keys, parser: Callable[[str], object], value: str | None) -> None:
        """Check a value with a parser, unless it is None."""
        if value is not None:
            self.make(keys, lambda: parser(value))

    def make(self, keys: Keys, build: Callable[[], Made]) -> Made:
        """Return what ``build`` returns; WrongValueError or WorkHoursError becomes ConfigError."""
        try:
            return build()
        except WrongValueError as error:
            keys = (*keys, *error.keys)
            if not isinstance(error.what, WorkHoursError):
                self.fail(keys, error.what, error.instead)
            reason = error.what
        except WorkHoursError as error:
            reason = error
        return self._raise(keys, "at_key_because", "in_this_file", reason, why=reason.args[0])

    def convert(self, data: object, of: Any) -> Any:
        try:
            return msgspec.convert(data, of, dec_hook=_read_leaf)
        except (msgspec.ValidationError, WorkHoursError) as error:
            self._check(data, inspect.type_info(of), ())
            # if _check found nothing wrong, the message of msgspec is the only explanation
            self.fail((), clipped(str(error), 200), say("correct_it"))

    # -- finding the value that does not have its declared type ------------------------------

    def _check(self, value: Any, of: inspect.Type, keys: Keys) -> None:
        of = self._alternative(value, _plain(of), keys)
        if isinstance(of, inspect.NoneType | inspect.AnyType):
            return
        if isinstance(of, inspect.CustomType):
            self.make(keys, lambda: _read_leaf(of.cls, value))
            return
        if not self._fits(value, of):
            self._expect(of, keys, as_written(value))
        if isinstance(of, inspect.LiteralType | inspect.EnumType):
            known = of.values if isinstance(of, inspect.LiteralType) else [*of.cls]
            self.choose(keys, str(value), map(str, known), say("not_valid", value=shown(value)))
        elif type(of) in _PARSED:
            self.make(keys, lambda: _check_parsed(value, *_PARSED[type(of)]))
        for key, inner, type_ in self._items(value, of, keys):
            self._check(inner, type_, (*keys, key))

    def _items(
        self, value: Any, of: inspect.Type, keys: Keys
    ) -> Iterator[tuple[str | int, Any, inspect.Type]]:
        if isinstance(of, inspect.DictType):
            for key, inner in value.items():
                yield key, key, of.key_type
                yield key, inner, of.value_type
        elif isinstance(of, inspect.TupleType):
            if len(value) != len(of.item_types):
                self._expect(of, keys, say("list_of", count=len(value)))
            yield from zip(range(len(value)), value, of.item_types, strict=True)
        elif isinstance(of, inspect.VarTupleType | inspect.FrozenSetType):
            yield from ((index, inner, of.item_type) for index, inner in enumerate(value))
        elif isinstance(of, inspect.StructType):
            yield from self._fields(value, of, keys)

    def _fields(
        self, value: dict[str, Any], of: inspect.StructType, keys: Keys
    ) -> Iterator[tuple[str | int, Any, inspect.Type]]:
        fields = {field.encode_name: field for field in of.fields}
        known = [of.tag_field, *fields] if of.tag_field else [*fields]
        what = say("no_such_key" if keys or self.name is None else "no_such_section")
        for key, inner in value.items():
            if key not in fields and self._renamed.get(key) in fields:
                now = self._renamed[key]
                self.fail((*keys, key), say("key_renamed", now=now), say("rename_key", now=now))
            self.choose((*keys, key), key, known, what)
            if key in fields:
                yield key, inner, fields[key].type
        for key, field in fields.items():
            if field.required and key not in value:
                example = self._kind(_plain(field.type)).example
                self.fail((*keys, key), say("missing"), example)

    def _expect(self, of: inspect.Type, keys: Keys, got: str) -> NoReturn:
        kind = self._kind(of)
        self.fail(keys, say("expected", kind=say(kind.cause), got=got), kind.example)

    def _alternative(self, value: Any, of: inspect.Type, keys: Keys) -> inspect.Type:
        """Return the member of a union type that fits a value best; other types are unchanged."""
        if not isinstance(of, inspect.UnionType):
            return of
        types = members_of(of)
        structs = [one for one in types if isinstance(one, inspect.StructType) and one.tag]
        if structs and isinstance(value, dict):
            tagged = {str(one.tag): one for one in structs}
            field = structs[0].tag_field or ""
            if field not in value:
                names = ", ".join(tagged)
                self.fail((*keys, field), say("missing"), say("use_one_of", names=names))
            what = say("not_valid", value=as_written(value[field]))
            self.choose((*keys, field), str(value[field]), tagged, what)
            return tagged[value[field]]
        if value is None:
            return next((one for one in types if isinstance(one, inspect.NoneType)), types[0])
        types = [one for one in types if not isinstance(one, inspect.NoneType)]
        return next((one for one in types if self._fits(value, one)), types[0])

    def _kind(self, of: inspect.Type) -> _Kind:
        if isinstance(of, inspect.UnionType):
            return self._kind(_plain(of.types[0]))
        own = _OF_JSON if self.name is None else _OF_TOML
        if isinstance(of, inspect.StructType | inspect.DictType):
            return own["table"]
        if isinstance(of, inspect.DateTimeType):
            return own["time"]
        if isinstance(of, inspect.LiteralType) and isinstance(of.values[0], int):
            return _NUMBER
        item = of.item_type if isinstance(of, inspect.VarTupleType) else None
        if item is not None and isinstance(_plain(item), inspect.StructType):
            return own["rows"]
        return _KINDS[type(of)]

    def _fits(self, value: Any, of: inspect.Type) -> bool:
        parsed_as = self._kind(of).parsed_as
        if isinstance(value, bool) or (
            isinstance(value, datetime) and datetime not in parsed_as
        ):  # bool is a subclass of int, and datetime of date
            return type(value) in parsed_as
        return isinstance(value, parsed_as)


def members_of(of: inspect.Type) -> list[inspect.Type]:
    """Return the members of a union, and those of unions within it, which a description makes."""
    of = _plain(of)
    if not isinstance(of, inspect.UnionType):
        return [of]
    return [one for part in of.types for one in members_of(part)]


def _plain(of: inspect.Type) -> inspect.Type:
    return of.type if isinstance(of, inspect.Metadata) else of


def _read_leaf(kind: type, value: object) -> object:
    """Parse a text with a subclass of Leaf: the ``dec_hook`` of ``msgspec.convert``."""
    if not isinstance(value, str):
        refuse(say("expected", kind=say(_TEXT.cause), got=as_written(value)), _TEXT.example)
    reader: Callable[[str], object] = kind.read  # type: ignore[attr-defined]
    return reader(value)


def _check_parsed(value: object, kind: type, fault: str, example: str) -> None:
    try:
        found: object = msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        refuse(say(fault, value=shown(value)), say("write_like", example=example))
    if isinstance(found, datetime) and found.tzinfo is None:
        refuse(say("no_zone_of", value=found.isoformat()), say("add_offset"))


def key_path(keys: Keys) -> str:
    """Return a key path as text, such as ``targets[0].budget``."""
    path = ""
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", key)
            name = clipped(key)
            path += "." * bool(path) + (name if bare else json.dumps(name, ensure_ascii=False))
    return path


def as_written(value: object) -> str:
    """Describe a value of a file in a message."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    if isinstance(value, Mapping | list):
        return say("kind_table" if isinstance(value, Mapping) else "kind_list")
    return shown(value) if isinstance(value, str | int | float) else str(value)
