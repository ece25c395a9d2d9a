"""Find values that look like answers in the columns of a row that are not read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from workhours_sla.config.column_words import is_no_time, may_be_answer

if TYPE_CHECKING:
    from workhours_sla.sources.rows import Record

_DEEPEST: Final = 5
"""Maximum number of nested objects in which answers are looked for."""


def watched_columns(columns: Iterable[str], read: Collection[str]) -> tuple[str, ...]:
    """Return the columns outside of ``read`` whose names may be those of answers."""
    unread = (name for name in dict.fromkeys(columns) if name not in read)
    return tuple(filter(may_be_answer, unread))


def unread_answers(record: Record, read: Collection[str], start: str = "") -> Iterator[str]:
    """Yield the columns outside of ``read`` that have a value and may be those of answers.

    >>> list(unread_answers({"id": 1, "closed": {"at": "2026-03-12", "by": None}}, ["id"]))
    ['closed.at']
    """
    for key, value in record.items():
        column = f"{start}{key}"
        if isinstance(value, dict):
            if start.count(".") < _DEEPEST:
                yield from unread_answers(value, read, f"{column}.")
        elif column in read or not _is_given(value):
            continue
        elif may_be_answer(column) or may_be_answer(key):
            yield column


def _is_given(value: object) -> bool:
    text = value.strip().lower() if isinstance(value, str) else "" if not value else "true"
    return text not in ("", "false", "no", "0") and not is_no_time(text)
