"""Write the detected settings as a TOML configuration with comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from workhours_sla.config.defaults import BUDGET, CALENDAR, HOURS
from workhours_sla.config.toml_text import OPEN
from workhours_sla.detection.detected import Detected, Doubt, Value, toml_key, toml_line
from workhours_sla.text.catalog import INIT, SHELL
from workhours_sla.text.messages import said

_WIDTH: Final = 96
_SECTIONS: Final = ("input", "columns")


def configuration_text(
    detected: Detected, *, schedule: Mapping[str, str], checked_by: str = ""
) -> str:
    """Return the detected settings as TOML; the value of each key that a doubt asks for is "?".

    ``schedule`` contains the given keys of ``[schedule]``. ``checked_by`` is the command that the
    user runs next to check the configuration.
    """
    lines = [*_commented(INIT.text("by", name=_one_line(detected.name)))]
    if checked_by:
        lines.append(f"#   {_one_line(checked_by)}")
    lines += ["", "[input]", *_input(detected), *_questions(detected, "input")]
    lines += _columns(detected)
    for section in _sections_of_values(detected):
        table = detected.values.get(section.removeprefix("values."), {})
        lines += ["", f"[{section}]", *_commented(INIT.text("values"))]
        lines += [toml_line(key, value) for key, value in _without_open(detected, section, table)]
        lines += _questions(detected, section)
    lines += ["", "[schedule]", *_commented(INIT.text("schedule"))]
    defaults = {"calendar": CALENDAR, "hours": HOURS}
    for key, default in defaults.items():
        mark = "" if key in schedule else "# "
        lines.append(mark + toml_line(key, schedule.get(key, default)))
    lines += [toml_line(key, value) for key, value in schedule.items() if key not in defaults]
    lines += ["", "[target]", *_commented(INIT.text("target")), toml_line("budget", BUDGET)]
    return "\n".join(lines) + "\n"


def _input(detected: Detected) -> Iterator[str]:
    for key, value in _without_open(detected, "input", detected.options):
        comment = ""
        if key == "kind":
            comment = INIT.text(f"kind_{value}")
        elif key == "tz":
            comment = INIT.text("tz")
        yield toml_line(key, value) + (f"  # {comment}" if comment else "")


def _columns(detected: Detected) -> Iterator[str]:
    questions = list(_questions(detected, "columns"))
    if not detected.columns and not questions:
        return  # the format has its own
    yield from ("", "[columns]", *_commented(INIT.text("columns")))
    certain = _without_open(detected, "columns", detected.columns)
    yield from (toml_line(key, value) for key, value in certain)
    yield from questions
    if detected.unread:
        names = ", ".join(map(_one_line, detected.unread))
        yield from _commented(INIT.text("unread", names=names))


def _sections_of_values(detected: Detected) -> Sequence[str]:
    sections = [f"values.{canonical}" for canonical in detected.values]
    sections += [doubt.section for doubt in detected.doubts if doubt.section not in _SECTIONS]
    return list(dict.fromkeys(sections))


def _without_open(
    detected: Detected, section: str, table: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    asked = {key for one in detected.doubts if one.section == section for key in one.keys}
    return ((key, value) for key, value in table.items() if toml_key(key) not in asked)


def _questions(detected: Detected, section: str) -> Iterator[str]:
    by_keys: dict[tuple[str, ...], list[Doubt]] = {}
    for doubt in detected.doubts:
        if doubt.section == section:
            by_keys.setdefault(doubt.keys, []).append(doubt)
    written: set[str] = set()
    for keys, doubts in by_keys.items():
        for doubt in doubts:
            yield from _commented(doubt_text(doubt))
        choices = dict.fromkeys(line for doubt in doubts for line in doubt.choices)
        hint = f"  # {INIT.text('choose')}" if choices else ""
        yield from (f"{key} = {OPEN}{hint}" for key in keys if key not in written)
        yield from (f"# {line}" for line in choices)
        written.update(keys)


def doubt_text(doubt: Doubt) -> str:
    """Return the text of a question, or of a warning if no setting answers it."""
    label = INIT.text("question") if doubt.keys else SHELL.text("note")
    return f"{label}: {said(doubt.question)}"


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
