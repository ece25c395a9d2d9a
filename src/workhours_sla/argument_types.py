"""Refuse arguments of a wrong type with one sentence, by the annotations of a function."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date, datetime
from functools import cache, wraps
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeVar

from workhours_sla.errors import ArgumentError, shown

Checked = TypeVar("Checked", bound=Callable[..., Any])

_NUMBERS: Final[dict[type, type]] = {int: Integral, float: Real}
_COLLECTIONS: Final = (list, tuple, frozenset, Iterable, Collection, Sequence, AbstractSet)
_EXCEPT: Final[dict[type, tuple[type, ...]]] = {int: (bool,), float: (bool,), date: (datetime,)}
_UNIONS: Final = (typing.Union, types.UnionType)


def checked(function: Checked) -> Checked:
    """Return a function that refuses arguments of a wrong type, or a class whose constructor does.

    Raises ArgumentError. Arguments whose annotation is unknown here are not checked.
    """
    if isinstance(function, type):
        function.__init__ = checked(function.__init__)  # type: ignore[misc]
        return function
    code = getattr(function, "__wrapped__", function).__code__
    names = code.co_varnames[: code.co_argcount]

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        check_arguments(function, {**dict(zip(names, args, strict=False)), **kwargs})
        return function(*args, **kwargs)

    return typing.cast("Checked", call)


def check_public(facade: dict[str, Any]) -> None:
    """Replace each function that a facade lists by one that refuses arguments of a wrong type."""
    for name in facade["__all__"]:
        facade[name] = checked_in(facade["__name__"], facade[name])


def checked_in(facade: str, value: Any) -> Any:
    """Return a function of a facade, checked; other values unchanged."""
    if isinstance(value, type) or not callable(value):
        return value
    function = checked(value)
    function.__module__ = facade  # for pickle
    return function


def check_arguments(
    function: Callable[..., Any],
    given: Mapping[str, object],
    error: type[Exception] = ArgumentError,
) -> None:
    """Raise ``error`` if an argument does not fit its annotation."""
    for name, hint in _hints(function).items():
        if name in given and not fits(given[name], hint):
            what = function.__qualname__.removesuffix(".__init__")
            msg = f"{name} of {what} is {shown(given[name])}; give {_described(hint)}"
            raise error(msg)


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of the arguments, without those that only type checkers know."""
    function = getattr(function, "__wrapped__", function)
    found: dict[str, Any] = {}
    for name, text in function.__annotations__.items():
        holder = types.SimpleNamespace(__annotations__={name: text})
        with suppress(NameError):
            found |= typing.get_type_hints(holder, function.__globals__)
    found.pop("return", None)
    return found


def fits(value: object, hint: Any, *, deep: bool = True) -> bool:
    """Return whether a value fits a type; if ``deep``, each element of a list, too.

    A bool is no number, and a datetime is no date. Anything that can be iterated is a collection,
    except text. Any text fits a Literal, because the functions name the choices.
    """
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        return any(fits(value, part, deep=False) for part in parts)
    kind = str if origin is typing.Literal else origin or hint
    if not isinstance(kind, type) or kind.__module__.startswith("numpy"):
        return True
    if issubclass(kind, typing.IO):  # which no open file is an instance of
        return hasattr(value, "read") or hasattr(value, "write")
    if issubclass(kind, Path):
        return isinstance(value, str | PathLike)
    unwanted, kind = _EXCEPT.get(kind, ()), _NUMBERS.get(kind, kind)
    if parts and kind in _COLLECTIONS:
        unwanted, kind = (str, bytes), Iterable
    with suppress(TypeError):  # a protocol
        if isinstance(value, unwanted) or not isinstance(value, kind):
            return False
    if deep and len(parts) == 1 and isinstance(value, list | tuple | set | frozenset):
        one_of_each_type = {type(one): one for one in value}.values()
        return all(fits(one, parts[0]) for one in one_of_each_type)
    return True


def _described(hint: Any) -> str:
    """Return the name of a type for a message, such as ``date or None``."""
    if typing.get_origin(hint) in _UNIONS:
        names = list(map(_described, typing.get_args(hint)))
        return f"{', '.join(names[:-1])} or {names[-1]}"
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(map(repr, typing.get_args(hint)))
    if hint is type(None):
        return "None"
    if hint is datetime:
        return "an aware datetime"
    is_class = isinstance(hint, type) and not typing.get_args(hint)
    return re.sub(r"\w+\.", "", hint.__name__ if is_class else str(hint))
