"""The command ``report``: write the compliance report of a file or a store of appeals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.output import echo_json
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import CAUSES, SENTENCES, TARGET_VERDICTS, current
from workhours_sla.text.messages import said
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.words import heading, name_of

if TYPE_CHECKING:
    # these modules need numpy
    from workhours_sla.compliance.comparison import RevisedCase, Revision
    from workhours_sla.reports.report import Report


SHOWN_CHANGES: Final = 20
"""The most changes, and the most appeals, that are listed."""
SHOWN_FIGURES: Final = (
    *("arrived", "matured", "matured_met", "early", "breached", "pending", "paused"),
    *("withdrawn", "excluded"),
    *("rate", "verdict"),
)
"""Figures whose changes since an earlier report are listed."""


def show_revision(made: Report, kept: Path, *, as_json: bool) -> None:
    """Print what changed since the report in the file ``kept``. Raises click.UsageError."""
    from workhours_sla.compliance.comparison import revise
    from workhours_sla.reports.report import (
        from_json,
        revision_data,
    )

    old = from_json(kept.read_bytes(), name=str(kept))
    try:
        found = revise(old, made)
    except ValueError as error:
        raise click.UsageError(said(error.args[0])) from None
    if as_json:
        echo_json(revision_data(found))
        return
    for line in _revision_lines(found):
        click.echo(line)


def _revision_lines(found: Revision) -> Iterator[str]:
    from workhours_sla.reports.wording import printable

    if not found.changes:
        yield SENTENCES.text("unchanged")
    causes = ", ".join(CAUSES[cause] for cause in found.causes)
    if causes:
        yield SENTENCES.text("changed_by", causes=causes)
    yield from _case_lines(found.cases or ())
    main = [change for change in found.changes if change.figure in SHOWN_FIGURES]
    for change in main[:SHOWN_CHANGES]:
        key = name_of(change.table, change.key) if change.table != "total" else ""
        place = f"{heading(change.table)} {printable(key)}".rstrip()
        old, new = (_figure(change.figure, value) for value in (change.old, change.new))
        yield f"  {place}: {heading(change.figure)} {old} -> {new}"
    more = len(found.changes) - len(main[:SHOWN_CHANGES])
    if more:
        yield SENTENCES.text("more_changes", count=more)
    if found.cases is None and found.changes:
        yield SENTENCES.text("no_case_verdicts")


def _case_lines(cases: Sequence[RevisedCase]) -> Iterator[str]:
    """Yield a line for each appeal whose verdict changed, with its cause."""
    from workhours_sla.reports.wording import NONE, moment, printable

    if cases:
        yield SENTENCES.text("revised_cases", count=len(cases))
    for case in cases[:SHOWN_CHANGES]:
        old, new = (
            NONE if verdict is None else catalog.VERDICTS[verdict]
            for verdict in (case.old, case.new)
        )
        line = f"  {printable(case.appeal_id)}: {old} -> {new}"
        if case.old_due_at != case.new_due_at:
            dues = (case.old_due_at, case.new_due_at)
            first, second = (NONE if due is None else moment(due) for due in dues)
            line += f"; {heading('due_at')} {first} -> {second}"
        causes = ", ".join(CAUSES[cause] for cause in case.causes)
        yield f"{line} ({causes})" if causes else line
        for day in case.days:
            reason = day.reason_ru if current() == "ru" else day.reason_en
            yield f"    {words.weekday_date(day.date)}: {reason}"
    if len(cases) > SHOWN_CHANGES:
        yield SENTENCES.text("more_cases", count=len(cases) - SHOWN_CHANGES)


def _figure(figure: str, value: str | None) -> str:
    from workhours_sla.reports.wording import NONE

    if value is None:
        return NONE
    if figure == "rate":
        return number(percent(float(value), places=2))
    return TARGET_VERDICTS[value] if figure == "verdict" else value
