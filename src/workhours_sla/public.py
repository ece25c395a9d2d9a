"""Name the public module of a class, so that pickles, reprs and messages survive a move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, get_type_hints

Class = TypeVar("Class", bound=type)

DEFINED_IN: Final[dict[str, str]] = {}
"""The module that defines each public class, by its public name."""


def public(facade: str = "workhours_sla") -> Callable[[Class], Class]:
    """Return a decorator that names ``facade`` as the module of a class.

    Type hints are resolved before, because they use names of the module that defines the class.

    >>> from workhours_sla import Event
    >>> Event.__module__
    'workhours_sla'
    """

    def name(kind: Class) -> Class:
        if vars(kind).get("__annotations__"):
            hints = get_type_hints(kind, localns={kind.__name__: kind}, include_extras=True)
            kind.__annotations__ = {one: hints[one] for one in vars(kind)["__annotations__"]}
        DEFINED_IN[f"{facade}.{kind.__qualname__}"] = kind.__module__
        kind.__module__ = facade
        return kind

    return name
