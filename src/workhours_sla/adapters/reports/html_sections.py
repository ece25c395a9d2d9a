"""The sections of a report's page: what is said of each figure, beside its chart and table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from workhours_sla import words
from workhours_sla.adapters.reports import html_charts as charts
from workhours_sla.adapters.reports import html_tables as tables
from workhours_sla.adapters.reports.html_elements import Child, Html, element, joined
from workhours_sla.adapters.reports.html_tables import ROWS, Cell, Line, Traces
from workhours_sla.adapters.reports.html_words import (
    NO_FIGURE,
    PAGE,
    SOURCES,
    count_text,
    hours_exact,
    percent_text,
    say,
    sentence,
    target_text,
    typeset,
    when_text,
)
from workhours_sla.compliance.phrases import (
    CLASSES,
    INTAKE_REASONS,
    PHASES,
    heading,
)
from workhours_sla.compliance.proportions import COUNTS_ONLY_BELOW, FLAGGED_BELOW
from workhours_sla.compliance.report import Report
from workhours_sla.compliance.tables import Row, Table
from workhours_sla.compliance.text import (
    hours_text,
    interval_text,
    number,
    quality_notes,
    quantile_text,
    rate_text,
    verdict_text,
)
from workhours_sla.sla.load import DeadlineLoad
from workhours_sla.worktime.budget import format_amount

_LONG_NUMBER: Final = re.compile(r"(?<![\w-])\d{5,9}(?![\w-])")

PRINTED: Final = 50
"""How many late appeals are printed; as many as the style sheet says."""
EXPLAINED: Final = (
    *("rate", "interval", "verdict", "small_numbers", "closed_only", "median", "p90"),
    *("restricted_mean", "mean_answered", "standardised", "funnel", "trend", "due_later"),
)
_NAMED: Final = {"verdict": "target", "small_numbers": "matured"}
_NAMED_HERE: Final = {"trend": "trend_name", "due_later": "axis_later"}
"""The names of figures whose sentences go by another key."""
_HEAT_MAP_TABLES: Final = ("hour", "weekday")
_CLASS_TABLES: Final = ("arrival_class", "due_class")
_BESIDE: Final = (*_HEAT_MAP_TABLES, *_CLASS_TABLES, "week")


class Sections:
    """What the page of one report says, section by section: (key, title, contents)."""

    def __init__(
        self,
        report: Report,
        lang: str,
        traces: Traces | None,
        load: DeadlineLoad | None,
        rest: str | None,
    ) -> None:
        self._report = report
        self._lang = lang
        self._traces = traces
        self._load = load
        self._rest = rest
        self._target = report.promise.target_rate

    def __iter__(self) -> Iterator[tuple[str, str, list[Html]]]:
        report = self._report
        yield self._titled("summary", self._summary())
        yield self._titled("weeks", self._weeks())
        yield self._titled("times", self._times())
        for place, table in enumerate(t for t in report.tables if t.by not in _BESIDE):
            key = f"by_{table.by}"
            name = self._say(key) if key in PAGE else self._say("by_other", by=table.by)
            yield f"group-{place}", name, list(self._groups(table, name))
        yield self._titled("arrivals", self._arrivals())
        yield self._titled("open", self._open())
        if report.change is not None:
            yield self._titled("change", self._change())
        yield self._titled("late", self._late())
        if report.attribution is not None or report.indicators.agencies:
            yield self._titled("handling", self._handling())
        days = tables.days_table(report, self._lang)
        if days is not None:
            yield self._titled("days", [days])
        yield self._titled("quality", self._quality())
        yield self._titled("method", self._method())

    def _titled(self, key: str, parts: Iterable[Html]) -> tuple[str, str, list[Html]]:
        return key, self._say(key), list(parts)

    # -- summary ---------------------------------------------------------------------------

    def _summary(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        total, counts = report.total, report.total.counts
        shown = rate_text(total, lang)
        percent = total.rate is not None and not total.rate.counts_only
        verdict = verdict_text(total, lang)
        lines = [
            element(
                "p",
                shown,
                element("small", self._say("percent", share="")) if percent else None,
                class_="rate",
                data_figure="rate",
            ),
            element("p", self._say("headline")),
        ]
        if total.rate is not None:
            interval = interval_text(total, lang).strip("[]").replace("-", "\N{EN DASH}")
            lines += [
                element("p", self._say("ci", interval=interval), data_figure="interval"),
                charts.interval_bar(total.rate, tables.lowest([total], self._target)),
            ]
        verdict = self._say("verdict", target=target_text(self._target, lang), verdict=verdict)
        lines.append(element("p", verdict, class_="verdict", data_figure="verdict"))
        yield element(
            "div",
            element("div", lines, class_="headline"),
            element("dl", self._figures(), class_="figures"),
            class_="summary",
        )
        facts = {"met": counts.matured_met, "matured": counts.matured}
        early = counts.met - counts.matured_met
        paused = {"pending": counts.pending, "paused": counts.paused}
        if total.rate is None:
            yield self._p("nothing_matured")
        yield self._p("rate", **self._counted(**facts, early=early, **paused))
        yield self._p("interval")
        yield self._p("verdict")
        yield self._p("small_numbers", counts_only=COUNTS_ONLY_BELOW, flagged=FLAGGED_BELOW)
        if total.final_at is None:
            yield self._p("not_final")
        else:
            yield self._p("final", when=when_text(total.final_at, lang))

    def _figures(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        total, counts = report.total, report.total.counts
        for key in ("arrived", "matured"):
            yield self._figure(key, heading(key, lang), count_text(getattr(counts, key), lang))
        early = counts.met - counts.matured_met
        yield self._figure(
            "matured_met", heading("met", lang), count_text(counts.matured_met, lang)
        )
        yield self._figure("early", self._say("early"), count_text(early, lang))
        for key in ("breached", "pending", "paused", "withdrawn", "excluded"):
            yield self._figure(key, heading(key, lang), count_text(getattr(counts, key), lang))
        yield self._figure("open", self._say("open_now"), count_text(total.open, lang))
        yield self._figure("overdue", self._say("overdue_now"), count_text(total.overdue, lang))
        few = total.rate is None or total.rate.n < FLAGGED_BELOW
        for key, quantile in (("median", total.median), ("p90", total.p90)):
            text = NO_FIGURE if few else self._say("hours", hours=quantile_text(quantile, lang))
            yield self._figure(key, heading(key, lang), text)
        mean = total.restricted_mean
        horizon = format_amount(report.promise.horizon)
        text = NO_FIGURE
        if mean is not None and not few:
            text = self._say("hours", hours=hours_text(mean, lang))
        name = heading("restricted_mean", lang).format(horizon=horizon)
        yield self._figure("restricted_mean", name, text)
        if total.final_at is not None:
            key = "final_at" if total.final_at >= report.as_of else "final_yes"
            yield self._figure("final_at", self._say(key), when_text(total.final_at, lang))
        if total.closed_only is not None and not few:
            text = self._say("percent", share=percent_text(total.closed_only, lang))
            yield self._figure("closed_only", self._say("biased"), text, "biased")

    @staticmethod
    def _figure(key: str, name: str, text: str, class_: str | None = None) -> Html:
        return element(
            "div", element("dt", name), element("dd", text, data_figure=key), class_=class_
        )

    # -- series ----------------------------------------------------------------------------

    def _weeks(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        table = report.table("week")
        chart = charts.weeks_chart(report.weeks, table, self._target, report.as_of, lang)
        yield self._chart("chart_weeks", chart, self._say("weeks_reading"))
        yield element("p", self._say("chart_hint"), class_="screen")
        columns = ("arrived", "matured", "met")
        rows: list[Line] = []
        for row in table.rows:
            final = NO_FIGURE if row.final_at is None else when_text(row.final_at, lang)
            rows.append(
                [
                    row.key or "",
                    *(tables.count(_counts(row)[key], lang) for key in columns),
                    Cell(rate_text(row, lang), row.rate.rate if row.rate else None),
                    interval_text(row, lang).replace("-", "\N{EN DASH}"),
                    Cell(final, kind="words"),
                ]
            )
        titles = ("week", *columns, "rate", "interval", "final_at")
        kinds = ("", *("" for _ in columns), "main", "", "words")
        head = [Cell(heading(t, lang), kind=k) for t, k in zip(titles, kinds, strict=True)]
        yield self._folded(tables.table(self._say("weeks"), head, rows))

    def _times(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        figures = []
        if report.curve is not None:
            chart = charts.curve_chart(report.curve, report.promise, report.total, lang)
            told = f"{self._say('curve_reading')} {self._tell('median')} {self._tell('p90')}"
            figures.append(self._chart("chart_curve", chart, told))
        if report.trend.points:
            points = len(report.trend.points)
            key = "trend" if report.trend.baseline else "trend_too_short"
            told = self._tell(key, points=report.trend.baseline or points)
            reading = charts.trend_reading(report.trend, lang).partition(". ")[2]
            chart = charts.trend_chart(report.trend, lang)
            figures.append(self._chart("chart_trend", chart, f"{told} {reading}".rstrip()))
        yield element("div", figures, class_="pair")
        horizon = format_amount(report.promise.horizon)
        yield self._p("restricted_mean", horizon=horizon)
        if report.total.mean_answered is not None:
            mean = self._say("hours", hours=hours_text(report.total.mean_answered, lang))
            name = f"{heading('mean_answered', lang)}: "
            mean_shown = element("b", mean, data_figure="mean_answered")
            yield element("p", name, mean_shown, ". ", self._tell("mean_answered"), class_="biased")
        yield self._folded(*self._time_tables())

    def _time_tables(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        if report.curve is not None:
            curve = report.curve
            end = charts.curve_end(curve, report.promise, report.total)
            steps = [
                line
                for line in zip(curve.times, curve.share, curve.lower, curve.upper, strict=True)
                if line[0] <= end
            ]
            rows: list[Line] = [
                [
                    hours_exact(time, lang),
                    percent_text(share, lang),
                    f"{percent_text(low, lang)}\N{EN DASH}{percent_text(high, lang)}",
                ]
                for time, share, low, high in steps[:: max(1, len(steps) // 25)]
            ]
            titles: Line = [self._say(key) for key in ("time", "unanswered", "limits95")]
            yield tables.table(self._say("chart_curve"), titles, rows)
        if report.trend.points:
            rows = []
            for point in report.trend.points:
                kinds = ("outside", "run_of_eight", "three_of_four")
                found = ", ".join(self._say(kind) for kind in kinds if getattr(point, kind))
                rows.append([point.week, hours_exact(point.median, lang), found])
            titles = [heading("week", lang), self._say("median_h"), self._say("signal")]
            yield tables.table(self._say("chart_trend"), titles, rows)

    # -- groups ----------------------------------------------------------------------------

    def _groups(self, table: Table, name: str) -> Iterator[Html]:
        lang = self._lang
        funnel = next((f for f in self._report.funnels if f.by == table.by), None)
        if funnel is not None:
            chance = number(f"{funnel.false_alarms:.2f}", lang)
            dispersion = number(f"{funnel.dispersion:.2f}", lang)
            told = self._tell("funnel", false_alarms=chance)
            reading = self._say("funnel_reading", dispersion=dispersion)
            chart = charts.funnel_chart(funnel, table.rows, lang)
            title = self._say("chart_funnel", by=heading(table.by, lang))
            yield self._chart(title, chart, f"{told} {reading}")
        if len(table.rows) > ROWS:
            yield element("p", self._say("rows_first", shown=ROWS, all=len(table.rows)))
        yield tables.group_table(self._report, table, name, lang)
        yield element("p", self._say("sort_hint"), class_="screen")
        if funnel is not None:
            yield self._p("standardised")
        yield self._p("closed_only")

    def _arrivals(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        heat = report.heat_map
        told = f"{self._tell('heat_map', counts_only=COUNTS_ONLY_BELOW)} {self._tell('due_later')}"
        chart = charts.heat_chart(heat, self._target, lang)
        legend = charts.heat_legend(self._target, lang)
        yield self._chart("chart_heat", joined(chart, legend), told)
        rows: list[Line] = []
        for day, name in enumerate(words.WEEKDAYS[lang]):
            for hour in range(24):
                if heat.arrived[day][hour]:
                    counts = [
                        getattr(heat, key)[day][hour]
                        for key in ("arrived", "matured", "matured_met", "due_later")
                    ]
                    cells = [tables.count(value, lang) for value in counts]
                    rows.append([f"{name} {hour:02}", *cells])
        titles: Line = [
            self._say("hour_day"),
            *(heading(key, lang) for key in ("arrived", "matured", "met")),
            self._say("axis_later"),
        ]
        yield self._folded(tables.table(self._say("chart_heat"), titles, rows))
        for by in _CLASS_TABLES:
            yield tables.group_table(report, report.table(by), self._say(f"by_{by}"), lang)

    def _open(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        backlog = report.backlog
        age = NO_FIGURE
        if backlog.median_age is not None:
            age = self._say("hours", hours=hours_text(backlog.median_age, lang))
        counted = self._counted(open=report.total.open, overdue=report.total.overdue)
        told = self._tell("backlog", **counted, median=age)
        chart = charts.backlog_chart(backlog.points, lang)
        figures = [self._chart("chart_backlog", chart, told)]
        rest: list[Html] = []
        rows: list[Line] = [
            [
                when_text(point.at, lang),
                *(
                    tables.count(value, lang)
                    for value in (point.open, point.overdue, point.arrivals, point.departures)
                ),
            ]
            for point in backlog.points
        ]
        keys = ("open_now", "overdue_now", "arrivals_in_week", "departures")
        titles: Line = [heading("date", lang), *(self._say(key) for key in keys)]
        rest.append(tables.table(self._say("chart_backlog"), titles, rows))
        if self._load is not None:
            figures.append(self._load_figure(self._load))
            rest += self._load_table(self._load)
        yield element("div", figures, class_="pair")
        yield self._folded(*rest)

    def _load_figure(self, load: DeadlineLoad) -> Html:
        keys = ("overdue", "earlier", "later", "paused", "unknown")
        told = self._say("load_sums", **self._counted(**{k: getattr(load, k) for k in keys}))
        shown = load.slots[: charts.SLOTS]
        if len(load.slots) > len(shown):
            told = f"{self._say('load_first', shown=len(shown))} {told}"
        if not shown:
            return element("p", self._say("load_none"), " ", told)
        return self._chart("chart_load", charts.load_chart(shown, self._lang), told)

    def _load_table(self, load: DeadlineLoad) -> Iterator[Html]:
        lang = self._lang
        if load.slots:
            rows: list[Line] = [
                [
                    f"{when_text(slot.since, lang)}\N{EN DASH}{slot.until:%H:%M}",
                    tables.count(slot.count, lang),
                    tables.count(slot.together, lang),
                ]
                for slot in load.slots
            ]
            titles: Line = [heading("due_at", lang), self._say("deadlines"), self._say("together")]
            yield tables.table(self._say("chart_load"), titles, rows)

    # -- what happened ---------------------------------------------------------------------

    def _change(self) -> Iterator[Html]:
        change, lang = self._report.change, self._lang
        if change is None:
            return
        facts = {
            "before": percent_text(change.before, lang),
            "after": percent_text(change.after, lang),
            **{
                key: number(f"{100 * getattr(change, key):+.2f}", lang)
                for key in ("difference", "mix", "performance")
            },
        }
        if self._report.compare_from is not None:
            when = when_text(self._report.compare_from, lang)
            yield element("p", self._say("compared", when=when))
        yield self._p("change", **facts)
        rows: list[Line] = [
            [
                ", ".join(
                    words.pick(CLASSES[key], lang) for key in (one.arrival_class, one.due_class)
                ),
                Cell(number(f"{100 * one.mix:+.2f}", lang), one.mix),
                Cell(number(f"{100 * one.performance:+.2f}", lang), one.performance),
            ]
            for one in change.classes
        ]
        titles: Line = [heading("arrival_class", lang), self._say("mix"), self._say("performance")]
        yield self._folded(tables.table(self._say("class_change"), titles, rows))

    def _late(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        every = report.total.counts.breached
        shown = report.late[:ROWS]
        if not shown:
            yield element("p", self._say("late_none"))
            return
        if every > len(shown):
            counted = self._counted(shown=len(shown), all=every)
            more: Html | None = None
            if self._rest is not None:
                link = element("a", self._rest, href=quote(self._rest))
                more = joined(" ", self._say("late_rest"), " ", link)
            yield element("p", self._say("late_first", **counted), more)
        if len(shown) > PRINTED:
            yield element("p", self._say("late_print", shown=PRINTED), class_="print")
        yield tables.late_table(shown, self._traces, self._say("late"), lang)

    def _handling(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        found = report.attribution
        if found is not None:
            yield self._p("attribution")
            ways = [dict(found.at_breach), dict(found.largest_share), dict(found.first)]
            holders = list(dict.fromkeys(key for way in ways for key in way))
            rows: list[Line] = [
                [
                    self._holder(holder),
                    *(tables.count(way.get(holder, 0), lang) for way in ways),
                ]
                for holder in holders
            ]
            titles: Line = [
                self._say(key) for key in ("holder", "at_breach", "largest_share", "first_holder")
            ]
            by_holder = tables.table(self._say("handling"), titles, rows, sortable=True)
            yield self._folded(by_holder, name="by_holder")
            rows = [
                [
                    self._holder(share.holder),
                    Cell(words.pick(PHASES[share.phase], lang), kind="words"),
                    tables.amount(share.worked, lang),
                    tables.count(share.appeals, lang),
                ]
                for share in found.shares
            ]
            titles = [self._say(key) for key in ("holder", "phase", "time", "appeals")]
            phases = tables.table(self._say("by_phase"), titles, rows, sortable=True)
            yield self._folded(phases, name="by_phase")
            if found.left_out:
                yield element("p", self._say("left_out", **self._counted(count=found.left_out)))
        yield from self._conduct()

    def _conduct(self) -> Iterator[Html]:
        signs, lang = self._report.indicators, self._lang
        yield self._p("indicators")
        noon = self._counted(noon_hour=signs.noon_hour, before_lunch=signs.before_lunch)
        yield self._p("before_lunch", **noon)
        if signs.agencies:
            rows: list[Line] = [
                [
                    self._holder(one.agency),
                    *(tables.count(n, lang) for n in (one.replied, one.formal_first)),
                    NO_FIGURE
                    if one.registration_delay is None
                    else tables.amount(one.registration_delay, lang),
                    *(tables.count(n, lang) for n in (one.deletes, one.late_transfers)),
                ]
                for one in signs.agencies
            ]
            keys = ("replied", "formal_first", "registration_delay", "deletes", "late_transfers")
            titles: Line = [self._say(key) for key in ("holder", *keys)]
            signs_table = tables.table(self._say("signs"), titles, rows, sortable=True)
            yield self._folded(signs_table, name="signs")

    def _holder(self, name: str | None) -> Html:
        return tables.name(self._say("nobody") if name is None else name)

    # -- trust -----------------------------------------------------------------------------

    def _quality(self) -> Iterator[Html]:
        lang = self._lang
        notes = [
            _LONG_NUMBER.sub(lambda found: count_text(int(found[0]), lang), typeset(note, lang))
            for note in quality_notes(self._report, lang)
        ]
        yield element("ul", (element("li", note) for note in notes), class_="notes")
        intake = self._report.quality.intake
        rows: list[Line] = [
            [words.pick(INTAKE_REASONS[reason], lang), tables.count(number_of, lang)]
            for reason, number_of in (*intake.set_aside, *intake.unmatched)
        ]
        if rows:
            titles: Line = [self._say("reason"), self._say("count")]
            yield tables.table(self._say("aside"), titles, rows)

    def _method(self) -> Iterator[Html]:
        report, lang = self._report, self._lang
        counts = report.total.counts
        facts = {
            "met": count_text(counts.matured_met, lang),
            "matured": count_text(counts.matured, lang),
            "early": count_text(counts.met - counts.matured_met, lang),
            "pending": count_text(counts.pending, lang),
            "paused": count_text(counts.paused, lang),
            "counts_only": COUNTS_ONLY_BELOW,
            "flagged": FLAGGED_BELOW,
            "horizon": format_amount(report.promise.horizon),
            "points": report.trend.baseline or NO_FIGURE,
            "false_alarms": number(f"{report.funnels[0].false_alarms:.2f}", lang)
            if report.funnels
            else NO_FIGURE,
            "target": target_text(self._target, lang),
        }
        rows: list[Line] = [
            [
                self._say(_NAMED_HERE[key])
                if key in _NAMED_HERE
                else heading(_NAMED.get(key, key), lang).format(**facts),
                Cell(self._tell(key, **facts), kind="words"),
                Cell(SOURCES.get(key, ""), kind="words"),
            ]
            for key in EXPLAINED
        ]
        titles: Line = [
            self._say("what"),
            Cell(self._say("reading"), kind="words"),
            Cell(self._say("source"), kind="words"),
        ]
        yield tables.table(self._say("method"), titles, rows, class_="method")
        made, promise = report.provenance, report.promise
        rows = [
            [self._say("promise"), Cell(promise.name), made.policy],
            [self._say("schedules"), promise.hours, ""],
            *([c.id, c.version, c.fingerprint] for c in made.calendars),
            [self._say("data"), "", made.input_hash],
            ["workhours_sla", made.library, ""],
        ]
        kinds = (Cell(self._say(key), kind="words") for key in ("version", "fingerprint"))
        titles = [self._say("source"), *kinds]
        yield tables.table(self._say("made_of"), titles, rows, class_="made")

    # -- words -----------------------------------------------------------------------------

    def _say(self, key: str, **facts: object) -> str:
        return say(key, self._lang, **facts)

    def _tell(self, key: str, **facts: object) -> str:
        return sentence(key, self._lang, **facts)

    def _p(self, key: str, **facts: object) -> Html:
        return element("p", self._tell(key, **facts), data_sentence=key)

    def _counted(self, **counts: int) -> dict[str, str]:
        return {key: count_text(count, self._lang) for key, count in counts.items()}

    def _chart(self, title: str, chart: Html, told: str) -> Html:
        name = self._say(title) if title in PAGE else title
        return element(
            "figure",
            element("h3", name),
            element("div", chart, class_="scroll"),
            element("figcaption", told),
        )

    def _folded(self, *inner: Child, name: str = "as_table") -> Html:
        return element("details", element("summary", self._say(name)), *inner)


def _counts(row: Row) -> dict[str, int]:
    counts = row.counts
    return {"arrived": counts.arrived, "matured": counts.matured, "met": counts.matured_met}
