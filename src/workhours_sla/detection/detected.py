"""The result of detection: what was read and what is open, also written as a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from json import dumps
from typing import Final, Literal, NamedTuple

from workhours_sla.config.defaults import BUDGET, CALENDAR, HOURS
from workhours_sla.config.file import OPEN
from workhours_sla.errors import shown
from workhours_sla.text.catalog import INIT, SHELL
from workhours_sla.text.messages import Phrase, said, say

Value = str | tuple[str, ...]
Kind = Literal["appeals", "events", "statuses"]
MOST_LISTED: Final = 20
ZONES: Final = ("Europe/Moscow", "Europe/Volgograd")
_KEY: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^ ]+')
"""Matches the key at the beginning of a TOML line."""
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH: Final = 78


class Doubt(NamedTuple):
    """A question about the file that only the user can answer.

    ``section`` is the section of the configuration for the answer, and ``choices`` are TOML lines.
    ``asked`` are the keys to answer if no choices name them. Unless ``is_read`` is true, the file
    cannot be read before the question is answered. Without a section no configuration answers it,
    only another file.
    """

    section: str
    question: Phrase
    choices: tuple[str, ...] = ()
    is_read: bool = False
    asked: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The TOML keys that the answer sets; none for a warning, which no setting answers."""
        found = [match[0] for line in self.choices if (match := _KEY.match(line))]
        return self.asked or tuple(dict.fromkeys(found))

    def without(self, choice: str) -> Doubt:
        return self._replace(choices=tuple(one for one in self.choices if one != choice))

    @property
    def text(self) -> str:
        label = INIT.text("question") if self.keys else SHELL.text("note")
        return f"{label}: {said(self.question)}"


def ask(
    section: str, cause: str, choices: Iterable[str] = (), *asked: str, **facts: object
) -> Doubt:
    """Return the question ``cause``, with its facts, the lines to choose from and the keys."""
    return Doubt(section, say(cause, **facts), tuple(dict.fromkeys(choices)), asked=asked)


def warn(section: str, cause: str, *choices: str, **facts: object) -> Doubt:
    """Return the doubt ``cause`` with which the file can be read."""
    return Doubt(section, say(cause, **facts), choices, is_read=True)


class Reading(NamedTuple):
    """An example: a canonical column, the file's columns for it, and the first parsed values."""

    canonical: str
    columns: Value
    values: tuple[str, ...]


@dataclass(frozen=True)
class Detected:
    """The settings to read a file; ``options``, ``columns`` and ``values`` are sections.

    ``readings`` are examples of the values read, and ``unread`` the columns that are not read.
    ``notes`` are facts that need no decision, and ``doubts`` are questions that need one.
    ``spellings`` are the names of agencies that are written in several ways, the most frequent one
    first.
    """

    name: str
    kind: Kind | None
    options: Mapping[str, Value]
    columns: Mapping[str, Value]
    values: Mapping[str, Mapping[str, str]]
    readings: tuple[Reading, ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[Phrase, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    spellings: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Given:
    """The zone of a file's times that the user gave, with ``of_calendar`` only by the calendar.

    A system that exports times in UTC or in the zone of a user does not use that of the calendar.
    """

    tz: str | None = None
    of_calendar: bool = False


def listed(values: Iterable[str]) -> str:
    return ", ".join(map(shown, islice(values, MOST_LISTED)))


# -- TOML ----------------------------------------------------------------------------------------


def toml_text(value: str | Sequence[str]) -> str:
    r"""Return a text or a list of texts as a TOML value.

    >>> print(toml_text('a "b"\t'), toml_text(["Дата", "Время"]))
    "a \"b\"\t" ["Дата", "Время"]
    """
    if isinstance(value, str):
        # JSON escapes a text like TOML, except for DEL and halves of surrogate pairs
        text = "".join(sign if not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in value)
        return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(toml_text, value))}]"


def toml_key(key: str) -> str:
    return key if _BARE.fullmatch(key) else toml_text(key)


def toml_line(key: str, value: str | Sequence[str]) -> str:
    return f"{toml_key(key)} = {toml_text(value)}"


def configuration_text(
    detected: Detected, *, schedule: Mapping[str, str], checked_by: str = ""
) -> str:
    """Return the detected settings as TOML; the value of each key that a doubt asks for is "?".

    ``schedule`` has the given keys of ``[schedule]``, and ``checked_by`` is the command to check.
    """
    lines = [*_commented(INIT.text("by", name=_one_line(detected.name)))]
    if checked_by:
        lines.append(f"#   {_one_line(checked_by)}")
    lines += _section(detected, "input", detected.options)
    if detected.columns or any(doubt.section == "columns" for doubt in detected.doubts):
        lines += _section(detected, "columns", detected.columns)
        if detected.unread:
            names = ", ".join(map(_one_line, detected.unread))
            lines += _commented(INIT.text("unread", names=names))
    sections = [f"values.{canonical}" for canonical in detected.values]
    sections += [one.section for one in detected.doubts if one.section.startswith("values.")]
    for section in dict.fromkeys(sections):
        values = detected.values.get(section.removeprefix("values."), {})
        lines += _section(detected, section, values)
    lines += _section(detected, "schedule", schedule)
    decided = {key for one in detected.doubts if one.section == "schedule" for key in one.keys}
    defaults = {"calendar": CALENDAR, "hours": HOURS}
    unset = {key: one for key, one in defaults.items() if key not in {*decided, *schedule}}
    lines += [f"# {toml_line(key, default)}" for key, default in unset.items()]
    lines += ["", "[target]", *_commented(INIT.text("target")), toml_line("budget", BUDGET)]
    if detected.spellings:
        lines += ["", f"# [values.agency_id]  # {INIT.text('spellings')}"]
        for name, *others in detected.spellings:
            lines += [f"# {toml_line(other, name)}" for other in others]
    return "\n".join(lines) + "\n"


def _section(detected: Detected, section: str, table: Mapping[str, Value]) -> Iterator[str]:
    """Yield the lines of a section: what is certain, then its questions."""
    yield from ("", f"[{section}]")
    if section != "input":
        yield from _commented(INIT.text(section.partition(".")[0]))
    by_keys: dict[tuple[str, ...], list[Doubt]] = {}
    for doubt in detected.doubts:
        if doubt.section == section:
            by_keys.setdefault(doubt.keys, []).append(doubt)
    asked = {key for keys in by_keys for key in keys}
    for key, value in table.items():
        if toml_key(key) not in asked:
            comment = {"kind": f"kind_{value}", "tz": "tz"}.get(key) if section == "input" else None
            if section == "values.answered_at" and value == "":
                comment = "no_answer"
            yield toml_line(key, value) + (f"  # {INIT.text(comment)}" if comment else "")
    for keys, doubts in by_keys.items():
        for doubt in doubts:
            yield from _commented(doubt.text)
        choices = dict.fromkeys(line for doubt in doubts for line in doubt.choices)
        hint = f"  # {INIT.text('choose')}" if choices else ""
        yield from (f"{key} = {OPEN}{hint}" for key in keys if key in asked)
        yield from (f"# {line}" for line in choices)
        asked.difference_update(keys)


def _commented(text: str) -> Iterator[str]:
    line = "#"
    for word in _one_line(text).split(" "):
        if len(line) + 1 + len(word) > _WIDTH and line != "#":
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)
