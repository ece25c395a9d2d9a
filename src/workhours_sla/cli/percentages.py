"""Parse the percentages of options."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

_NUMBER: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,99})?)\s*(%?)", re.ASCII)


def read_share(text: str, *, is_percent: bool) -> Fraction | None:
    """Return a percentage such as ``89,5 %`` as a fraction, None if it is none from 0 to 100 %.

    With ``is_percent`` a whole number without the sign is a percentage too; without it, a number
    without the sign is a share such as ``0.9``.

    >>> read_share("50", is_percent=True), read_share("0.5", is_percent=False)
    (Fraction(1, 2), Fraction(1, 2))
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or (is_percent and not found[2] and not found[1].isdigit()):
        return None
    share = Fraction(found[1].replace(",", ".")) / (100 if is_percent or found[2] else 1)
    return share if share <= 1 else None
