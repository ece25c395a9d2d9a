"""Names, ids and instants as text that is safe to print: on one line, names cut if long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from workhours_sla.text import words

WIDEST_NAME: Final = 40
"""Maximum number of letters of a name."""


def printable(text: str) -> str:
    r"""Return text as one line of at most 40 characters; unprintable characters become ``?``.

    >>> printable("Roads\nand bridges")
    'Roads?and bridges'
    """
    return one_line(cut(text, WIDEST_NAME))


def one_line(text: str) -> str:
    """Replace each character that is not printable by ``?``."""
    return "".join(
        letter if letter.isprintable() or letter == "\N{NO-BREAK SPACE}" else "?" for letter in text
    )


def cut(text: str, letters: int) -> str:
    """Shorten text to at most ``letters`` letters; shortened text ends with three dots.

    >>> cut("Roads and bridges", 12)
    'Roads and...'
    """
    return text if len(text) <= letters else f"{text[: letters - 3]}..."


def printable_names(names: Sequence[str]) -> list[str]:
    """Return names as ``printable`` does; those that would be equal keep their end instead.

    >>> long = "Committee for the property of the region"
    >>> printable_names([f"{long}, office {n}" for n in (1, 2)])
    ['Committee for the pr...region, office 1', 'Committee for the pr...region, office 2']
    """
    shown = Counter(printable(name) for name in set(names))
    half = WIDEST_NAME // 2
    return [
        printable(name)
        if len(name) <= WIDEST_NAME or shown[printable(name)] == 1
        else one_line(f"{name[:half]}...{name[3 - half :].lstrip()}")
        for name in names
    ]


def moment(when: datetime) -> str:
    """Return an instant as weekday, date and time.

    >>> moment(datetime(2025, 11, 1, 9, 30))
    'Sat 1 Nov 2025 09:30'
    """
    return f"{words.weekday_date(when.date())} {when:%H:%M}"
