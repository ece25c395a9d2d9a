"""Whether a file's tables have the shape of the sections: known keys, values of the right type."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from workhours_sla.adapters.config.checks import Faults, Keys, as_written, check_date
from workhours_sla.errors import shown


class _Kind(NamedTuple):
    """What a type of the structs is called, what TOML gives for it, and an example."""

    name: str
    given_as: tuple[type, ...]
    example: str


_TEXT = _Kind("text", (str,), '"text", in quotes')
_TABLE = _Kind("a table", (dict,), "[section] with key = value lines")
_NUMBER = _Kind("a whole number", (int,), "5")
_KINDS: dict[type[inspect.Type], _Kind] = {
    inspect.StrType: _TEXT,
    inspect.EnumType: _TEXT,
    inspect.LiteralType: _TEXT,
    inspect.IntType: _NUMBER,
    inspect.BoolType: _Kind("true or false", (bool,), "true"),
    inspect.DateType: _Kind("a date", (date, str), "2026-05-08"),
    inspect.DateTimeType: _Kind("a time", (datetime,), "2026-07-01T00:00:00+03:00"),
    inspect.DictType: _TABLE,
    inspect.StructType: _TABLE,
    inspect.VarTupleType: _Kind("a list", (list,), '["one", "two"]'),
}
_ROWS = _Kind("rows", (list,), "[[section]] with key = value lines")


def check_shape(faults: Faults, tables: dict[str, Any], of: type[msgspec.Struct]) -> None:
    """Refuse unknown and missing keys and values of the wrong type, as deep as the tables go."""
    _check(faults, tables, inspect.type_info(of), ())


def _check(faults: Faults, value: Any, of: inspect.Type, keys: Keys) -> None:
    of = _plain(of)
    if isinstance(of, inspect.UnionType):
        choices = [_plain(one) for one in of.types if not isinstance(one, inspect.NoneType)]
        of = next((one for one in choices if _fits(value, one)), choices[0])
    kind = _kind(of)
    if not _fits(value, of):
        what = f"expected {kind.name}, got {as_written(value)}"
        faults.fail(keys, what, f"write it as {kind.example}")
    if isinstance(of, inspect.StructType):
        _check_struct(faults, value, of, keys)
    elif isinstance(of, inspect.DictType):
        for key, inner in value.items():
            _check(faults, key, of.key_type, (*keys, key))
            _check(faults, inner, of.value_type, (*keys, key))
    elif isinstance(of, inspect.VarTupleType):
        for index, inner in enumerate(value):
            _check(faults, inner, of.item_type, (*keys, index))
    else:
        _check_value(faults, value, of, keys)


def _check_value(faults: Faults, value: Any, of: inspect.Type, keys: Keys) -> None:
    """Refuse a value that is of the right type but none of those that there are."""
    if isinstance(of, inspect.LiteralType):
        faults.choose(keys, str(value), map(str, of.values), f"{shown(value)} is no choice")
    elif isinstance(of, inspect.EnumType):
        faults.choose(keys, value, [one.value for one in of.cls], f"{shown(value)} is no choice")
    elif isinstance(of, inspect.DateType):
        faults.read(keys, check_date, str(value))
    elif isinstance(of, inspect.DateTimeType) and value.tzinfo is None:
        faults.fail(keys, f"{value.isoformat()} has no zone", "add the offset, such as +03:00")


def _plain(of: inspect.Type) -> inspect.Type:
    """Return a type without what the published schema says of it."""
    return of.type if isinstance(of, inspect.Metadata) else of


def _kind(of: inspect.Type) -> _Kind:
    of = _plain(of)
    if isinstance(of, inspect.UnionType):
        return _kind(of.types[0])
    if isinstance(of, inspect.LiteralType) and isinstance(of.values[0], int):
        return _NUMBER
    if isinstance(of, inspect.VarTupleType):
        rows = isinstance(_plain(of.item_type), inspect.StructType)
        return _ROWS if rows else _KINDS[type(of)]
    return _KINDS[type(of)]


def _fits(value: Any, of: inspect.Type) -> bool:
    given_as = _kind(of).given_as
    if isinstance(value, bool) or (isinstance(value, datetime) and datetime not in given_as):
        return type(value) in given_as  # neither is the number or the date that Python takes it for
    return isinstance(value, given_as)


def _check_struct(
    faults: Faults, table: dict[str, Any], of: inspect.StructType, keys: Keys
) -> None:
    fields = {field.encode_name: field for field in of.fields}
    what = "no such key" if keys else "no such section"
    for key, inner in table.items():
        faults.choose((*keys, key), key, fields, what)
        _check(faults, inner, fields[key].type, (*keys, key))
    for key, field in fields.items():
        if field.required and key not in table:
            faults.fail((*keys, key), "missing", f"write it as {_kind(field.type).example}")
