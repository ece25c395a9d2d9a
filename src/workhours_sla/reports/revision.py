"""Text on what changed since an earlier report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workhours_sla.compliance.comparison import RevisedCase, Revision
from workhours_sla.reports.columns import figures_of
from workhours_sla.reports.wording import NONE, moment, printable
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import CAUSES, SENTENCES, TARGET_VERDICTS, current
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.words import heading, name_of

_SHOWN: Final = 20


def revision_lines(found: Revision) -> Iterator[str]:
    """Yield lines of text: the causes, the appeals with another verdict, and the figures."""
    if not found.changes:
        yield SENTENCES.text("unchanged")
    causes = ", ".join(CAUSES[cause] for cause in found.causes)
    if causes:
        yield SENTENCES.text("changed_by", causes=causes)
    yield from _case_lines(found.cases or ())
    listed = {one.key for one in figures_of("changes")}
    main = [change for change in found.changes if change.figure in listed]
    for change in main[:_SHOWN]:
        key = name_of(change.table, change.key) if change.table != "total" else ""
        place = f"{heading(change.table)} {printable(key)}".rstrip()
        old, new = (_figure(change.figure, value) for value in (change.old, change.new))
        yield f"  {place}: {heading(change.figure)} {old} -> {new}"
    more = len(found.changes) - len(main[:_SHOWN])
    if more:
        yield SENTENCES.text("more_changes", count=more)
    if found.cases is None and found.changes:
        yield SENTENCES.text("no_case_verdicts")


def _case_lines(cases: Sequence[RevisedCase]) -> Iterator[str]:
    if cases:
        yield SENTENCES.text("revised_cases", count=len(cases))
    for case in cases[:_SHOWN]:
        both = (case.old, case.new)
        old, new = (NONE if one is None else catalog.VERDICTS[one] for one in both)
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
    if len(cases) > _SHOWN:
        yield SENTENCES.text("more_cases", count=len(cases) - _SHOWN)


def _figure(figure: str, value: str | None) -> str:
    if value is None:
        return NONE
    if figure == "rate":
        return number(percent(float(value), places=2))
    return TARGET_VERDICTS[value] if figure == "verdict" else value
