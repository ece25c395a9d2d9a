"""Facades: modules whose public names are defined elsewhere and imported on first use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def on_first_use(
    facade: str, names: dict[str, str], *, unchecked: tuple[str, ...] = ()
) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a facade that imports its names on first use (PEP 562).

    ``names`` lists the names that each module of the package defines, separated by spaces. The
    functions refuse arguments of a wrong type, except those in ``unchecked``.
    """
    defined_in = {name: module for module, listed in names.items() for name in listed.split()}

    def find(name: str) -> Any:
        if name not in defined_in:
            msg = f"module {facade!r} has no attribute {name!r}"
            raise AttributeError(msg)
        from workhours_sla.argument_types import checked_in

        value = getattr(import_module(f"workhours_sla.{defined_in[name]}"), name)
        if name not in unchecked:
            value = checked_in(facade, value)
        setattr(sys.modules[facade], name, value)
        return value

    return find
