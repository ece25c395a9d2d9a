"""The messages of errors as phrases: a cause and its facts, printed in either language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn, Self

from workhours_sla.errors import (
    LONGEST_SHOWN,
    CalendarCoverageError,
    ConfigError,
    WorkHoursError,
    clipped,
)
from workhours_sla.text import words
from workhours_sla.text.catalog import ERRORS, SHELL, UNKNOWN_DATES, UNNAMED, current, language

FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9998
"""The first and last accepted year.

``datetime`` has one more year at each end, which is needed for offsets and neighbouring days.
"""

IN_CODE: Final[Mapping[str, str]] = {"how": "provisional=True", "add": "Calendar.amend"}
IN_SHELL: Final[Mapping[str, str]] = {"how": "--provisional", "add": "--calendar-file"}
IN_SERVICE: Final[Mapping[str, str]] = {"how": '"provisional": true', "add": "--calendar-file"}
"""Advice on an unknown date, for Python, for the shell and for the HTTP service."""


class Phrase(str):
    """A message or a part of one in English, which can be said in every language.

    ``cause`` is a key of ``ERRORS``, and ``facts`` are the values of its placeholders. A fact may
    be a Phrase itself, or a tuple of Phrases, which is said as a list.
    """

    __slots__ = ("cause", "facts")

    cause: str
    facts: Mapping[str, object]

    def __new__(cls, cause: str, facts: Mapping[str, object]) -> Self:
        """Create the English message for a cause and its facts."""
        with language("en"):
            phrase = super().__new__(cls, _filled(cause, facts))
        phrase.cause, phrase.facts = cause, facts
        return phrase

    def __reduce__(self) -> tuple[object, ...]:
        return Phrase, (self.cause, self.facts)


def say(cause: str, /, **facts: object) -> Phrase:
    """Return the Phrase for a cause and its facts."""
    return Phrase(cause, facts)


def short(facts: Mapping[str, object]) -> dict[str, object]:
    """Shorten the texts among facts; the more characters must be escaped, the shorter the text."""
    return {name: _short(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


def _short(fact: str) -> str:
    text = clipped(fact, LONGEST_SHOWN + 3)
    return text if len(repr(text)) <= 2 * LONGEST_SHOWN else clipped(fact, LONGEST_SHOWN // 10)


def said(fact: object) -> str:
    """Return a fact as text. A fact is a Phrase, a tuple of facts, or another value."""
    if isinstance(fact, tuple):
        return ", ".join(map(said, fact))
    if isinstance(fact, Phrase) and current() != "en":
        return _filled(fact.cause, fact.facts)
    text = str(fact)
    return UNNAMED.get(text, text)


def _filled(cause: str, facts: Mapping[str, object]) -> str:
    texts = {name: fact if isinstance(fact, int) else said(fact) for name, fact in facts.items()}
    return ERRORS[cause].format(**texts)


def sentence(error: WorkHoursError, advice: Mapping[str, str] = IN_SHELL) -> str:
    """Return the message of an error, or the English one if there is no translation.

    ``advice`` is that on a date that a calendar does not cover.
    """
    if isinstance(error, CalendarCoverageError):
        why = UNKNOWN_DATES.text(error.cause, **advice, **error.facts)
        date = words.short_date(error.date)
        key = "unknown_date" if error.calendar else "unknown_year"
        return SHELL.text(key, calendar=error.calendar, date=date, why=why)
    if isinstance(error, ConfigError) and isinstance(error.reason, CalendarCoverageError):
        why = sentence(error.reason)
        return SHELL.text("in_file", path=error.key, why=why, name=said(error.name))
    return said(error.args[0])


def refuse_year(when: datetime) -> NoReturn:
    facts = {"year": when.year, "first": FIRST_YEAR, "last": LAST_YEAR}
    with language("en"):
        why = UNKNOWN_DATES.text("beyond_time", **facts)
    msg = f"no calendar covers {when}: {why}"
    raise CalendarCoverageError(
        msg, calendar="", date=when.date(), first=None, last=None, cause="beyond_time", facts=facts
    )
