"""Scripts of functions that call each other: for engines whose functions are single expressions.

A function for each level of a verb passes the results of the level to the next, as its arguments.
So a result has a name, and is not calculated again where it is used.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from workhours_sla.sql.scripts import version_of
from workhours_sla.sql.settings import Settings
from workhours_sla.sql.verbs import CellVerbs, Verb
from workhours_sla.sql.vocabulary import Dialect


class ChainedDialect(Dialect):
    """A dialect whose functions are single expressions."""

    list_type: ClassVar[str]
    remarks: ClassVar[tuple[str, ...]] = (
        "It does not look for a newer script: compare the version and the digest.",
    )

    @abstractmethod
    def listed(self, values: list[int]) -> str:
        """Return a constant list."""

    @abstractmethod
    def element(self, values: str, index: str) -> str:
        """Return an element of a list at an index counted from 0."""

    @abstractmethod
    def function(self, name: str, given: dict[str, str], returns: str, body: str) -> str:
        """Return the statement that creates a function; ``given`` are its arguments and types."""

    def before(self) -> Iterator[str]:
        """Return the statements before the functions."""
        yield f"create schema if not exists {self.schema};"


class _ChainedVerbs(CellVerbs):
    d: ChainedDialect

    def item(self, name: str, index: str) -> str:
        return self.d.element(f"{self.d.named(name)}()", index)


def chained_statements(settings: Settings, d: ChainedDialect) -> Iterator[str]:
    """Return the statements of a script, each of which may be run twice."""
    verbs = _ChainedVerbs(settings, d)
    yield from d.before()
    for name, value in (
        ("version", version_of(settings.compiled)),
        ("digest", settings.compiled.digest),
    ):
        yield d.function(name, {}, d.text_type, d.text(value))
    for name, values in verbs.lists().items():
        yield d.function(name, {}, d.list_type, d.listed(values))
    for verb in (verbs.elapsed(), verbs.deadline(), verbs.breaches_after(), verbs.is_working()):
        yield from _chain(verbs, verb)
    given = {
        "schedule": d.text_type,
        "start_at": d.instant_type,
        "budget": d.integer_type,
        "now_at": d.instant_type,
    }
    elapsed = f"{d.named('elapsed')}(schedule, start_at, now_at)"
    left = f"{verbs.checked_amount('budget')} - {elapsed}"
    yield d.function("remaining", given, d.integer_type, left)
    due = d.instant(f"({d.us('start_at')} + {verbs.checked_amount('budget')})")
    given = {"start_at": d.instant_type, "budget": d.integer_type}
    yield d.function("clock_deadline", given, d.instant_type, due)


def _chain(verbs: _ChainedVerbs, verb: Verb) -> Iterator[str]:
    """Return the functions of a verb, the last level first."""
    d = verbs.d
    types = {"schedule": d.text_type, "budget": d.integer_type}
    given = {name: types.get(name, d.instant_type) for name in verb.arguments}
    returns = d.instant_type if verb.is_instant else d.integer_type
    if verb.name == "is_working":
        returns = d.boolean_type
    steps: list[tuple[dict[str, str], str]] = []
    for number, level in enumerate(verb.levels, 1):
        passed = ", ".join([*given, *level.values()])
        steps.append((dict(given), f"{d.named(f'{verb.name}_{number}')}({passed})"))
        given |= dict.fromkeys(level, d.integer_type)
    steps.append((given, verbs.answer_of(verb)))
    for number, (arguments, body) in reversed(list(enumerate(steps))):
        name = f"{verb.name}_{number}" if number else verb.name
        yield d.function(name, arguments, returns, body)
