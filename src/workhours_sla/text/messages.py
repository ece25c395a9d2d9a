"""The messages of errors as phrases: a cause and its facts, printed in either language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple, NoReturn, Self

from workhours_sla.errors import LONGEST_SHOWN, CalendarCoverageError, WorkHoursError, clipped
from workhours_sla.text import words
from workhours_sla.text.catalog import (
    ERRORS,
    REFUSALS,
    SHELL,
    UNKNOWN_DATES,
    UNNAMED,
    language,
)

FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9998
"""The first and last accepted year.

``datetime`` has one more year at each end, which is needed for offsets and neighbouring days.
"""

IN_CODE: Final[Mapping[str, str]] = {"how": "provisional=True", "add": "Calendar.amend"}
IN_SHELL: Final[Mapping[str, str]] = {"how": "--provisional", "add": "--calendar-file"}
IN_SERVICE: Final[Mapping[str, str]] = {"how": '"provisional": true', "add": "--calendar-file"}
"""Advice on an unknown date, for Python, for the shell and for the HTTP service."""


def _short(fact: str) -> str:
    """Shorten a text; the more characters must be escaped, the shorter the result."""
    short = clipped(fact, LONGEST_SHOWN + 3)
    return short if len(repr(short)) <= 2 * LONGEST_SHOWN else clipped(fact, LONGEST_SHOWN // 10)


class Phrase(NamedTuple):
    """A message or a part of one, which can be printed in every language.

    ``cause`` is a key of ``REFUSALS`` or ``ERRORS``, and ``facts`` are the values of
    its placeholders. A fact may be a Phrase itself, or a tuple of Phrases, which is printed as a
    list. ``str`` returns the message in English.
    """

    cause: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        with language("en"):
            return said(self)


class Detail(str):
    """A message in English as ``str``, with the Phrase to print it in other languages."""

    __slots__ = ("phrase",)

    phrase: Phrase

    def __new__(cls, phrase: Phrase) -> Self:
        """Create the English message of ``phrase``, and keep the Phrase."""
        made = super().__new__(cls, str(phrase))
        made.phrase = phrase
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Detail, (self.phrase,)


def say(cause: str, /, **facts: object) -> Phrase:
    """Return the Phrase for a cause and its facts."""
    return Phrase(cause, facts)


def phrase_of(error: Exception) -> Phrase | None:
    """Return the translatable Phrase of an error's message, None if it has none."""
    known = vars(error)
    return Phrase(known["cause"], known["facts"]) if is_known(known.get("cause")) else None


def said(fact: object) -> str:
    """Return a fact as text. A fact is a Phrase, a tuple of facts, or another value."""
    if isinstance(fact, Detail):
        fact = fact.phrase
    if isinstance(fact, Phrase):
        return refusal(fact.cause, fact.facts)
    if isinstance(fact, tuple):
        return ", ".join(map(said, fact))
    text = str(fact)
    return UNNAMED.get(text, text)


def is_known(cause: object) -> bool:
    """Return whether there is a sentence for a cause."""
    return cause in REFUSALS or cause in ERRORS


def refusal(cause: str, facts: Mapping[str, object]) -> str:
    """Return the sentence for a cause in ``REFUSALS`` or ``ERRORS``, with its facts filled in.

    For a cause in ``REFUSALS``, long texts among the facts are shortened, except ``example``.
    """
    if cause not in REFUSALS:
        texts = {
            name: fact if isinstance(fact, int) else said(fact) for name, fact in facts.items()
        }
        return ERRORS[cause].format(**texts)
    short = {
        name: _short(fact) if isinstance(fact, str) and name != "example" else fact
        for name, fact in facts.items()
    }
    return REFUSALS[cause].format(**short)


def sentence(error: WorkHoursError) -> str:
    """Return the message of an error, or the English one if there is no translation."""
    facts = vars(error)
    cause: str = facts.get("cause") or ""
    if cause in UNKNOWN_DATES and isinstance(error, CalendarCoverageError):
        return unknown_date(error)
    reason = facts.get("reason")
    if isinstance(reason, CalendarCoverageError):
        why = sentence(reason)
        return SHELL.text("in_file", path=facts["key"], why=why, name=said(facts["name"]))
    if "facts" in facts and is_known(cause):
        return refusal(cause, facts["facts"])
    return str(error)


def unknown_date(error: CalendarCoverageError, advice: Mapping[str, str] = IN_SHELL) -> str:
    """Return the message for a date that a calendar does not cover, with the reason and advice."""
    why = UNKNOWN_DATES.text(error.cause, **advice, **error.facts)
    date = words.short_date(error.date)
    key = "unknown_date" if error.calendar else "unknown_year"
    return SHELL.text(key, calendar=error.calendar, date=date, why=why)


def refuse_year(when: datetime) -> NoReturn:
    facts = {"year": when.year, "first": FIRST_YEAR, "last": LAST_YEAR}
    with language("en"):
        why = UNKNOWN_DATES.text("beyond_time", **facts)
    msg = f"no calendar covers {when}: {why}"
    raise CalendarCoverageError(
        msg, calendar="", date=when.date(), first=None, last=None, cause="beyond_time", facts=facts
    )
