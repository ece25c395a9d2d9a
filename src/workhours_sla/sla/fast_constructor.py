"""Create objects of a frozen dataclass faster than its own ``__init__`` does.

A frozen dataclass sets every field through ``object.__setattr__``. Here an object of a second,
mutable class with the same slots is filled by plain assignments, then its ``__class__`` is set to
the frozen class. On CPython 3.11 a clock with 18 fields takes 0.8 instead of 3.7 microseconds.
"""

from __future__ import annotations

from dataclasses import fields, make_dataclass
from typing import Any


def fast_frozen(of: type) -> type[Any]:
    """Return a fast constructor of a frozen dataclass with slots.

    The constructor takes all fields in order and checks nothing. It returns an object of the
    dataclass ``of``.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, slots=True)
    ... class Point:
    ...     x: int
    ...     y: int
    >>> fast_frozen(Point)(1, 2)
    Point(x=1, y=2)
    """

    def freeze(value: Any) -> None:
        value.__class__ = of

    names = [field.name for field in fields(of)]
    return make_dataclass(
        f"Unfrozen{of.__name__}",
        [(name, object) for name in names],
        slots=True,
        eq=False,
        repr=False,
        namespace={"__post_init__": freeze},
    )
