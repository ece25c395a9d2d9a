"""The first screen of the page, and the lists of groups in the same design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from workhours_sla.compliance.comparison import differing
from workhours_sla.compliance.group_tables import Row, Table, matured_of
from workhours_sla.compliance.weeks import GroupCounts
from workhours_sla.reports.figures import FIGURES, interval_text, rate_text, verdict_of
from workhours_sla.reports.headline import (
    agencies,
    by_need,
    calendar_unit,
    direction,
    furthest,
    headline,
    late_of,
    moves,
    named_period,
    not_counted,
    whole_period,
)
from workhours_sla.reports.page.blocks import Block, block, text
from workhours_sla.reports.page.sorted_tables import ROWS, short_late_table
from workhours_sla.reports.public_report import Report
from workhours_sla.reports.wording import amount_in_words, percent_sign, percent_text
from workhours_sla.statistics.shares import FLAGGED_BELOW, ComplianceRate, TargetVerdict
from workhours_sla.text.catalog import PAGE, TYPESET_HEADLINE
from workhours_sla.text.numbers import NO_FIGURE, count_text, target_text
from workhours_sla.text.words import heading, name_of

SHOWN: Final = 10  # number of groups that are not folded away
OVERDUE: Final = 5  # number of overdue appeals on the first screen
LISTED: Final = 10  # number of late appeals below an agency
FILTERED: Final = 12  # number of groups from which on a box filters them
WEEKS: Final = 13  # number of weeks in the small line chart of a group
_LATE: Final = ("appeal_id", "overdue_by", "due_at", "answered_at", "started_at")
"""Columns of the late appeals below an agency."""
_FEWEST_A_WEEK: Final = 5
"""A group's line is drawn only if its weeks have on average this many matured appeals."""
_WIDE, _HIGH, _EDGE = 118, 30, 4  # size of the line chart of a group, and its margin


def summary(report: Report) -> Iterator[Block]:
    total = report.total
    yield block(
        "summary",
        headline=headline(report, TYPESET_HEADLINE),
        rate=total.rate,
        label="" if total.rate is None else _read_out(total, total.rate),
        direction=direction(report, TYPESET_HEADLINE),
        moved=moves(report),
        missing=list(not_counted(report, TYPESET_HEADLINE)),
        tiles=list(_tiles(report)),
    )


def _tiles(report: Report) -> Iterator[tuple[str, str, str, bool]]:
    """Yield the key, the figure and the label of each tile, and whether it is less prominent."""
    period, total, now = whole_period(report), report.total, report.backlog.points[-1]
    key = "tile_late" if calendar_unit(period) else "tile_late_period"  # dates are too long
    late = late_of(total)
    label = PAGE.text(key, when=named_period(period), count=late)
    label += f"; {_lacking(total.rate)}" if total.rate and total.rate.lacking else ""
    yield "late", count_text(late), label, not late
    label = PAGE.text("tile_overdue", open=now.open)
    yield "overdue", count_text(now.overdue), label, not now.overdue
    shown, median, few = NO_FIGURE, total.median, total.counts.matured < FLAGGED_BELOW
    if median is not None and not few:
        shown = f"> {amount_in_words(median.longest)}"
        shown = shown if median.time is None else amount_in_words(median.time)
    is_longer = median is not None and median.time is None and not few
    yield "median", shown, PAGE.text("tile_median_more" if is_longer else "tile_median"), few


def _read_out(row: Row, rate: ComplianceRate) -> str:
    return PAGE.text(
        "bar_reading",
        rate=rate_text(row),
        interval=_interval(row),
        target=target_text(rate.target),
    )


def _interval(row: Row) -> str:
    return interval_text(row, NO_FIGURE).strip("[]")


def _lacking(rate: ComplianceRate) -> str:
    return PAGE.text("lacking", count=rate.lacking, target=target_text(rate.target))


def other_groups(report: Report, table: Table) -> Iterator[Any]:
    """Yield the groups of a table, folded below one sentence if no difference is proven."""
    rates = [row.rate.rate for row in table.rows if row.rate and not row.rate.counts_only]
    if len(rates) < 2 or differing(matured_of(table.rows)):
        yield from groups(report, table)
        return
    target = report.promise.target_rate
    low, high = (percent_text(edge(rates), target=target) for edge in (min, max))
    yield text(PAGE.text("no_difference", low=low, high=high))
    yield block("fold", inner=[*groups(report, table)], name=PAGE.text("show_list"), look="")


def _reading(rows: Sequence[Row], shown: Sequence[Mapping[str, Any]]) -> Block:
    """Return how to read the rows below, by the example of the first."""
    weeks = max((one["weeks"]["count"] for one in shown if one.get("weeks")), default=0)
    looks = {one["was"]["look"] for one in shown if one.get("was")}
    is_red = "fell" in looks or any(one.get("is_worse") for one in shown)
    first, rate = rows[0], rows[0].rate
    assert rate is not None  # noqa: S101 - rows without a rate have no bars
    low, high = _interval(first).split(NO_FIGURE)
    facts: dict[str, Any] = {"low": low, "high": high, "target": target_text(rate.target)}
    facts |= {"rate": rate_text(first).rstrip("*"), "weeks": weeks, "few": FLAGGED_BELOW}
    keys = ["row", f"row_{rate.shown_verdict}"]
    keys += ["row_weeks"] if weeks else []
    keys += ["row_moved"] if looks & {"fell", "rose"} else []
    keys += ["row_worse"] if is_red else []
    keys += ["row_flagged"] if any(row.rate and row.rate.flagged for row in rows) else []
    said = (PAGE.text(f"list_{key}", **facts) for key in keys)
    return text(" ".join(said), "soft reading")


def groups(report: Report, table: Table) -> Iterator[Any]:
    """Yield the groups of a table, those that lack most answers first, those too small last."""
    of_agencies, ranked = table.by == "agency", by_need(table.rows)[:ROWS]
    named = furthest(report) if of_agencies else []
    judged = [row for row in ranked if row in named or _is_judged(row)]
    # a few more rows are no reason to fold them away
    shown = judged if len(judged) < FILTERED else judged[:SHOWN]
    changes = _changes(report) if of_agencies else {}
    differs = differing(matured_of(table.rows))
    weeks = {
        group.key: group for one in report.group_weeks if one.by == table.by for group in one.groups
    }

    def listed(rows: Sequence[Row], *, has_scale: bool = False, few: bool = False) -> Block:
        found = []
        for row in rows:
            one = _counts(row, table) | _late_appeals(report, table, row)
            if not few and row.rate is not None and not row.rate.counts_only:
                one |= _bar(row, row.rate, weeks.get(row.key)) | {"was": changes.get(row.key)}
                one["is_worse"] = differs.get(row.key, 0) < 0
                count, title = count_text(row.overdue), FIGURES["overdue"].title(report)
                one["overdue"] = f"{title}:\N{NO-BREAK SPACE}{count}" if row.overdue else ""
            found.append(one)
        has_weeks = any(one.get("weeks") for one in found)
        keys = ("head_rate", "head_weeks", "head_need")
        titles = [PAGE.text(key) for key in keys if has_weeks or key != "head_weeks"]
        looks = {"has_scale": has_scale, "has_weeks": has_weeks, "few": few}
        return block("groups", groups=found, heads=[heading(table.by), *titles], **looks)

    if len(ranked) >= FILTERED:
        yield block("filter")
    if shown:
        first = listed(shown, has_scale=any(map(_is_judged, shown)))
        yield first
        if table is (agencies(report) or report.tables[0]) and _is_judged(shown[0]):
            yield _reading(shown, first["groups"])
    few = [row for row in ranked if row not in judged]
    for key, rows in (("list_rest", judged[len(shown) :]), ("list_too_few", few)):
        if rows:
            rest = listed(rows, few=rows is few)
            name = PAGE.text(key, count=len(rows))
            yield block("fold", inner=[rest], name=name, look="more") if judged else rest
    if len(table.rows) > ROWS:
        yield text(PAGE.text("list_first", shown=ROWS, all=len(table.rows)))


def _changes(report: Report) -> dict[str | None, Mapping[str, Any]]:
    """Return the earlier rate of each agency, if the later one is that of the report."""
    compared = report.comparison
    if compared is None or compared.change is None or compared.after != report.period:
        return {}
    found: dict[str | None, Mapping[str, Any]] = {}
    for one in compared.change.agencies:
        if one.before is not None:
            before = percent_sign(one.before, report.promise.target_rate)
            look = ("fell" if one.difference < 0 else "rose") if one.proven else ""
            said = PAGE.text(f"row_{look or 'was'}", before=before)
            found[one.agency] = {"before": one.before, "shown": said, "look": look}
    return found


def _is_judged(row: Row) -> bool:
    return verdict_of(row) is not TargetVerdict.TOO_FEW


def _counts(row: Row, table: Table) -> dict[str, Any]:
    need = PAGE.text("late_of", late=late_of(row), n=row.counts.matured)
    if not row.counts.matured:
        need = PAGE.text("none_matured", count=row.counts.arrived)
    return {"name": name_of(table.by, row.key), "need": need, "rate": None}


def _late_appeals(report: Report, table: Table, row: Row) -> dict[str, Any]:
    """Return the first late appeals of an agency in the period, and how many are not among them."""
    late, every = [], late_of(row)
    if table.by == "agency":
        mine = (one for one in report.late if one.agency == row.key)
        late = [one for one in mine if report.period.has(one.started_at)][:LISTED]
    caption = PAGE.text("late_at", name=name_of(table.by, row.key))
    more = PAGE.text("list_first", shown=len(late), all=every) if len(late) < every else ""
    shown = short_late_table(late, caption, report, _LATE, "short-late") if late else None
    return {"late": shown, "shown": more}


def _bar(row: Row, rate: ComplianceRate, weeks: GroupCounts | None) -> dict[str, Any]:
    verdict = verdict_of(row)
    key = f"row_{verdict}"  # shorter than in a sentence
    return {
        "lacking": _lacking(rate) if rate.lacking else "",
        "verdict": (verdict, PAGE.text(key) if key in PAGE else TYPESET_HEADLINE.text(verdict)),
        "rate": rate,
        "label": _read_out(row, rate),
        "was": None,
        "share": PAGE.text("percent", share=rate_text(row)),
        "interval": _interval(row),
        "weeks": None if weeks is None else _week_line(weeks, rate.target),
    }


def _week_line(counts: GroupCounts, target: float) -> Mapping[str, Any] | None:
    """Return the line of a group's last weekly shares, None if it has too few appeals."""
    pairs = [*zip(counts.met, counts.matured, strict=True)][-WEEKS:]
    known = [(place, met / n) for place, (met, n) in enumerate(pairs) if n]
    if len(known) < 2 or sum(n for _, n in pairs) < _FEWEST_A_WEEK * len(pairs):
        return None
    low = min([target, *(share for _, share in known)])
    high = max([target, *(share for _, share in known)])
    unit = (_HIGH - 2 * _EDGE) / ((high - low) or 1.0)
    step = (_WIDE - 2 * _EDGE) / max(len(pairs) - 1, 1)

    def y(share: float) -> float:
        return round(_HIGH - _EDGE - (share - low) * unit, 1)

    first, last = (percent_sign(known[place][1]) for place in (0, -1))
    return {
        "goal": y(target),
        "count": len(pairs),
        "points": [(round(_EDGE + place * step, 1), y(share)) for place, share in known],
        "label": PAGE.text("weeks_line", count=len(pairs), first=first, last=last),
    }


def now(report: Report) -> Iterator[Any]:
    count = report.backlog.points[-1].overdue
    waiting = [late for late in report.late if late.answered_at is None][:OVERDUE]
    if not count or not waiting:
        yield text(PAGE.text("now_none"))
        return
    key = "now_first" if count > len(waiting) else "now_all"
    yield text(PAGE.text(key, count=count, shown=len(waiting)))
    keys = ("appeal_id", "agency", "due_at", "overdue_by")
    yield short_late_table(waiting, PAGE.text("now"), report, keys, "now brief")
