"""The command ``report``: write the compliance report of a file or a store of appeals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.output import echo_json
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import CAUSES, SENTENCES, TARGET_VERDICTS
from workhours_sla.text.messages import said
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.words import heading, name_of

if TYPE_CHECKING:
    # these modules need numpy
    from workhours_sla.compliance.case_verdicts import RevisedCase
    from workhours_sla.compliance.report_comparison import Revision
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
    from workhours_sla.compliance.report_comparison import revise  # noqa: PLC0415
    from workhours_sla.reports.report_json import (  # noqa: PLC0415
        from_json,
        revision_data,
    )

    old = from_json(kept.read_bytes(), name=str(kept))
    try:
        found = revise(old, made)
    except ValueError as error:
        raise click.UsageError(said(error.args[0], made.lang)) from None
    if as_json:
        echo_json(revision_data(found))
        return
    for line in _revision_lines(found, made.lang):
        click.echo(line)


def _revision_lines(found: Revision, lang: str) -> Iterator[str]:
    from workhours_sla.reports.printable import printable  # noqa: PLC0415

    if not found.changes:
        yield SENTENCES.text(lang, "unchanged")
    causes = ", ".join(catalog.pick(CAUSES[cause], lang) for cause in found.causes)
    if causes:
        yield SENTENCES.text(lang, "changed_by", causes=causes)
    yield from _case_lines(found.cases or (), lang)
    main = [change for change in found.changes if change.figure in SHOWN_FIGURES]
    for change in main[:SHOWN_CHANGES]:
        key = name_of(change.table, change.key, lang) if change.table != "total" else ""
        place = f"{heading(change.table, lang)} {printable(key)}".rstrip()
        old, new = (_figure(change.figure, value, lang) for value in (change.old, change.new))
        yield f"  {place}: {heading(change.figure, lang)} {old} -> {new}"
    more = len(found.changes) - len(main[:SHOWN_CHANGES])
    if more:
        yield SENTENCES.text(lang, "more_changes", count=more)
    if found.cases is None and found.changes:
        yield SENTENCES.text(lang, "no_case_verdicts")


def _case_lines(cases: Sequence[RevisedCase], lang: str) -> Iterator[str]:
    """Yield a line for each appeal whose verdict changed, with its cause."""
    from workhours_sla.reports.plain_text import NONE  # noqa: PLC0415
    from workhours_sla.reports.printable import moment, printable  # noqa: PLC0415

    if cases:
        yield SENTENCES.text(lang, "revised_cases", count=len(cases))
    for case in cases[:SHOWN_CHANGES]:
        old, new = (
            NONE if verdict is None else catalog.pick(catalog.VERDICTS[verdict], lang)
            for verdict in (case.old, case.new)
        )
        line = f"  {printable(case.appeal_id)}: {old} -> {new}"
        if case.old_due_at != case.new_due_at:
            dues = (case.old_due_at, case.new_due_at)
            first, second = (NONE if due is None else moment(due, lang) for due in dues)
            line += f"; {heading('due_at', lang)} {first} -> {second}"
        causes = ", ".join(catalog.pick(CAUSES[cause], lang) for cause in case.causes)
        yield f"{line} ({causes})" if causes else line
        for day in case.days:
            reason = day.reason_ru if lang == "ru" else day.reason_en
            yield f"    {words.weekday_date(day.date, lang)}: {reason}"
    if len(cases) > SHOWN_CHANGES:
        yield SENTENCES.text(lang, "more_cases", count=len(cases) - SHOWN_CHANGES)


def _figure(figure: str, value: str | None, lang: str) -> str:
    from workhours_sla.reports.plain_text import NONE  # noqa: PLC0415

    if value is None:
        return NONE
    if figure == "rate":
        return number(percent(float(value), places=2), lang)
    return catalog.pick(TARGET_VERDICTS[value], lang) if figure == "verdict" else value
