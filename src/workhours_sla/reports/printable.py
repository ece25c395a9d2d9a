"""Names and ids as text that is safe to print: on one line, and cut if they are long."""

from __future__ import annotations

from typing import Final

WIDEST_NAME: Final = 40
"""The largest number of letters of a name."""


def printable(text: str) -> str:
    r"""Return text as one line of at most 40 characters; unprintable characters become ``?``.

    >>> printable("Roads\nand bridges")
    'Roads?and bridges'
    """
    return one_line(cut(text, WIDEST_NAME))


def one_line(text: str) -> str:
    """Return text in which ``?`` replaces each character that is not printable."""
    return "".join(
        letter if letter.isprintable() or letter == "\N{NO-BREAK SPACE}" else "?" for letter in text
    )


def cut(text: str, letters: int) -> str:
    """Return text of at most so many letters; a longer text ends with three dots.

    >>> cut("Roads and bridges", 12)
    'Roads and...'
    """
    return text if len(text) <= letters else f"{text[: letters - 3]}..."
