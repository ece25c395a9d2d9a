"""Text on how far another system agrees with our verdicts and due times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from workhours_sla.compliance.agreement import Agreement, AgreementClass, ComparedAppeal
from workhours_sla.reports.wording import printable
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import AGREEMENT, COMPARED, VERDICTS
from workhours_sla.text.words import minute_text, target_name

_EXPLAINED: Final = frozenset(
    {"ours_late", "theirs_late", "break", "opening", "days", "hours", "other"}
)
"""Classes that are listed with examples."""


def agreement_lines(found: Agreement) -> Iterator[str]:
    """Yield lines of text for the comparison of one target with another system's verdicts."""
    text, target = AGREEMENT.text, printable(target_name(found.target))

    def counts(classes: Sequence[AgreementClass]) -> str:
        return " · ".join(f"{COMPARED[one.name]} {one.count}" for one in classes)

    if any(one.name != "theirs_missing" for one in found.verdicts):
        yield text("verdicts", target=target, counts=counts(found.verdicts))
        yield from _examples(found.verdicts)
    if found.due_times:
        line = text("due_times", target=target, counts=counts(found.due_times))
        if found.median_difference is not None:
            sign = "+" * (found.median_difference >= timedelta(0))
            line += text("median", difference=sign + format_amount(found.median_difference))
        yield line
        yield from _examples(found.due_times)
    if found.unknown:
        yield text("unknown_appeals", count=found.unknown)
    if found.contradictory:
        yield text("contradictory", count=found.contradictory)


def _examples(classes: Sequence[AgreementClass]) -> Iterator[str]:
    text = AGREEMENT.text
    for one in classes:
        if one.name in _EXPLAINED:
            name = COMPARED[one.name]
            shown = ", ".join(_example(appeal) for appeal in one.examples)
            more = ", ..." * (one.count > len(one.examples))
            yield text("example", name=name, examples=shown + more)


def _example(appeal: ComparedAppeal) -> str:
    text = AGREEMENT.text
    theirs = _moment(appeal.their_due_at)
    if appeal.their_due_at is None and appeal.their_verdict is not None:
        theirs = VERDICTS[appeal.their_verdict]
    ours = _moment(appeal.due_at)
    if appeal.limit is not None and appeal.limit != appeal.due_at:
        ours = text("until", due=ours, limit=_moment(appeal.limit))
    return text("times", appeal=printable(appeal.appeal_id), ours=ours, theirs=theirs)


def _moment(when: datetime | None) -> str:
    return "?" if when is None else minute_text(when, weekday=True)
