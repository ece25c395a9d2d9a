"""Set the ``__module__`` of public classes to a facade.

Pickles, reprs and messages then stay the same when a class moves to another module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, get_type_hints

from workhours_sla.argument_types import checked as check_calls

Class = TypeVar("Class", bound=type)

DEFINED_IN: Final[dict[str, str]] = {}
"""The name of the module that defines a public class, keyed by the public name of the class."""


def public(facade: str = "workhours_sla", *, checked: bool = False) -> Callable[[Class], Class]:
    """Return a class decorator that sets ``__module__`` to ``facade``.

    The decorator resolves the type hints first, because the names in the hints are defined in the
    original module. If ``checked``, the constructor refuses arguments of a wrong type.
    """

    def name(kind: Class) -> Class:
        if checked:
            check_calls(kind)
        if vars(kind).get("__annotations__"):
            hints = get_type_hints(kind, localns={kind.__name__: kind}, include_extras=True)
            kind.__annotations__ = {one: hints[one] for one in vars(kind)["__annotations__"]}
        DEFINED_IN[f"{facade}.{kind.__qualname__}"] = kind.__module__
        kind.__module__ = facade
        return kind

    return name
