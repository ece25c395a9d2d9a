"""The compliance report: golden answers, reconciliation, bias and difficult input."""

from __future__ import annotations

import random
import sys
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.values import FOUR, HOUR
from workhours_sla import (
    ClockTime,
    Event,
    EventType,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    evaluate,
)
from workhours_sla.errors import EventError, PolicyError

np = pytest.importorskip("numpy")

from kit.paths import EXAMPLES
from workhours_sla import report as report_facade
from workhours_sla.compliance.cases import UNKNOWN
from workhours_sla.report import (
    AppealColumns,
    Cases,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    cases_of_evaluation,
    compare,
)
from workhours_sla.report import report as report_of
from workhours_sla.reports import figures
from workhours_sla.reports.figures import rate_text
from workhours_sla.reports.plain_text import table_cells
from workhours_sla.statistics.arrays import NEVER
from workhours_sla.statistics.maturity import VERDICTS
from workhours_sla.text.catalog import HEADINGS, WORKBOOK, language
from workhours_sla.text.numbers import count_text

S8 = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
S9 = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")


def at(text: str, schedule: Schedule = S8) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=schedule.tz)


def instants(times: list[datetime | None]) -> object:
    plain = [None if t is None else t.astimezone(UTC).replace(tzinfo=None) for t in times]
    return np.array(plain, "M8[us]")


def cases(
    pairs: list[tuple[str, str | None]],
    as_of: str,
    schedule: Schedule = S8,
    agencies: list[str | None] | None = None,
    **options: object,
) -> Cases:
    posted = instants([at(p, schedule) for p, _ in pairs])
    answered = instants([None if a is None else at(a, schedule) for _, a in pairs])
    groups = {} if agencies is None else {"agency": Labels.of(agencies)}
    columns = AppealColumns(posted, answered, groups=groups, **options)
    target = Target("first reply", FOUR, schedule)
    return cases_of_columns(columns, target, as_of=at(as_of, schedule))


def met_of(met: int, n: int, agency: str = "A") -> Report:
    """Return the report of ``n`` appeals: ``met`` answered in half an hour, the rest in a day."""
    pairs = [
        ("2025-03-11T10:00", "2025-03-11T10:30" if number < met else "2025-03-12T17:00")
        for number in range(n)
    ]
    return report_of(cases(pairs, "2025-03-14T18:00", agencies=[agency] * n))


# -- golden answers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "n", "shown"),
    [
        (46, 50, ["92,0", "[81,2-96,8]", "не доказано"]),
        (9, 10, ["90,0*", "[59,6-98,2]", "мало данных"]),
        (3, 3, ["3/3", "[43,9-100,0]", "мало данных"]),
        (2, 2, ["2/2", "[34,2-100,0]", "мало данных"]),
        (2249, 2500, ["89,9", "[88,7-91,1]", "не доказано"]),
    ],
)
def test_a_group_has_a_share_its_interval_and_a_verdict(met: int, n: int, shown: list[str]) -> None:
    name = "<script>alert('x')</script>\n\x1b[31m"
    report = met_of(met, n, name)
    with language("ru"):
        cells = table_cells(report, "agency")[0][1]
        assert cells[:7] == [name, count_text(n), count_text(n), count_text(met), *shown]
    assert report.table("agency").row(name).funnel == (None if n < 10 else 0)
    assert "<script>" not in report._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()
    assert "\x1b" not in report.text()


ANSWERED_AND_OPEN = [
    ("2025-03-11T10:00", "2025-03-11T10:30"),
    ("2025-03-11T11:00", "2025-03-11T12:00"),
    ("2025-03-11T13:00", "2025-03-11T14:30"),
    ("2025-03-11T15:00", "2025-03-11T17:00"),
    ("2025-03-12T09:30", "2025-03-12T12:30"),
    ("2025-03-12T10:00", "2025-03-12T13:30"),
    ("2025-03-12T13:00", None),
    ("2025-03-12T12:00", None),
    ("2025-03-12T17:00", None),
    ("2025-03-12T17:45", None),
]


def events_of(pairs: list[tuple[str, str | None]], schedule: Schedule) -> list[Event]:
    events = []
    for number, (posted, answered) in enumerate(pairs):
        name = f"A-{number}"
        when = at(posted, schedule)
        events.append(Event(f"{name}-1", name, EventType.CREATED, when, when, agency_id="A"))
        if answered is not None:
            when = at(answered, schedule)
            events.append(
                Event(f"{name}-2", name, EventType.REPLIED, when, when, author_role="official")
            )
    return events


def from_events(pairs: list[tuple[str, str | None]], as_of: str, schedule: Schedule) -> Cases:
    policy = Policy([Target("first reply", FOUR, schedule)])
    events = events_of(pairs, schedule)
    when = at(as_of, schedule)
    return cases_of_evaluation(
        evaluate(events, policy, as_of=when), policy, as_of=when, events=events
    )


@pytest.mark.parametrize("how", ["columns", "events"])
def test_open_appeals_are_included(how: str) -> None:
    make = cases if how == "columns" else from_events
    report = report_of(make(ANSWERED_AND_OPEN, "2025-03-12T18:00", S9))
    total = report.total
    assert (total.answered_met, total.answered, total.closed_only) == (6, 6, 1.0)
    assert (total.counts.matured_met, total.counts.matured) == (6, 8)
    interval = total.rate.interval
    assert (total.rate.rate, round(interval.lower, 3), round(interval.upper, 3)) == (
        *(0.75, 0.409, 0.929),
    )
    assert rate_text(total) == "6/8"
    assert total.median.time == 3 * HOUR
    assert (total.p90.time, total.p90.longest) == (None, 6 * HOUR)
    assert total.restricted_mean.total_seconds() == pytest.approx(2.5 * 3600, abs=30)
    at_four = max(i for i, time in enumerate(report.curve.times) if time <= 4 * HOUR)
    assert round(1 - report.curve.share[at_four], 3) == 0.741
    assert (total.open, total.overdue) == (4, 2)
    # the usual median of the answers
    assert float(np.median([0.5, 1, 1.5, 2, 3, 3.5])) == 1.75
    assert total.mean_answered == timedelta(hours=11.5) / 6


def test_weeks_around_the_new_year() -> None:
    pairs: list[tuple[str, str | None]] = [
        *(("2025-12-29T10:00", "2025-12-29T11:00"), ("2026-01-07T12:00", "2026-01-12T10:00")),
        *(("2026-01-09T12:00", None), ("2026-01-14T12:00", "2026-01-14T12:30")),
    ]
    report = report_of(cases(pairs, "2026-01-12T14:00"))
    assert [(w.name, w.working_time // HOUR) for w in report.weeks] == [
        *(("2026-W01", 16), ("2026-W02", 0))
    ]
    later = report_of(cases(pairs, "2026-01-20T18:00"))
    weeks = later.weeks
    assert [(w.name, w.working_time // HOUR) for w in weeks] == [
        *(("2026-W01", 16), ("2026-W02", 0), ("2026-W03", 40))
    ]
    assert [w.counts.arrived for w in weeks] == [1, 2, 1]
    assert [w.cohort for w in weeks] == ["2026-W01", "2026-W02+W03", "2026-W02+W03"]
    assert [row.key for row in later.table("week").rows] == ["2026-W01", "2026-W02+W03"]
    assert [row.rate.n for row in later.table("week").rows] == [1, 3]


@pytest.mark.parametrize(("schedule", "hour"), [(S8, 14), (S9, 13)])
def test_an_appeal_from_the_holidays_matures_on_the_first_working_day(
    schedule: Schedule, hour: int
) -> None:
    pairs = [("2026-01-07T12:00", None)]
    limit = f"2026-01-12T{hour}:00"
    before = report_of(cases(pairs, limit, schedule))
    after = report_of(cases(pairs, f"{limit}:01", schedule))
    assert (before.total.counts.matured, before.total.counts.pending) == (0, 1)
    assert (after.total.counts.matured, after.total.counts.breached) == (1, 1)
    assert after.total.final_at == at(limit, schedule)


def test_an_unfinished_week_is_final_after_the_limit_of_its_last_moment() -> None:
    report = report_of(cases([("2026-03-16T10:00", None)], "2026-03-18T18:00"))
    assert report.total.final_at == at("2026-03-16T15:00")
    assert report.table("week").rows[0].final_at == at("2026-03-23T14:00")


# -- reconciliation ------------------------------------------------------------------------------


MOMENTS = st.integers(0, 40 * 24 * 60).map(
    lambda minutes: datetime(2025, 12, 20, tzinfo=S8.tz) + timedelta(minutes=minutes)
)
ROWS = st.lists(
    st.tuples(
        MOMENTS,
        st.none() | st.integers(-60, 9 * 24 * 60),
        st.none() | st.integers(0, 5 * 24 * 60),
        st.sampled_from(["roads", "housing", "schools", None]),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


def reconciled(row_counts: object) -> None:
    counts = row_counts
    parts = (
        *(counts.met, counts.breached, counts.pending),
        *(counts.paused, counts.withdrawn, counts.excluded),
    )
    assert counts.arrived == sum(parts)
    assert counts.breached <= counts.matured == counts.breached + counts.matured_met
    assert counts.matured_met <= counts.met


@settings(deadline=None, max_examples=examples(60))
@given(ROWS, MOMENTS)
def test_every_cell_reconciles(
    rows: list[tuple[datetime, int | None, int | None, str | None, bool]], as_of: datetime
) -> None:
    after = [None if row[1] is None else row[0] + timedelta(minutes=row[1]) for row in rows]
    gone = [None if row[2] is None else row[0] + timedelta(minutes=row[2]) for row in rows]
    excluded = np.array([row[4] for row in rows]) & (np.arange(len(rows)) % 5 == 0)
    found = cases_of_columns(
        AppealColumns(
            instants([row[0] for row in rows]),
            instants(after),
            groups={"agency": Labels.of([row[3] for row in rows])},
            withdrawn=instants(gone),
            excluded=excluded,
        ),
        Target("first reply", FOUR, S8),
        as_of=as_of,
    )
    intake = found.intake
    quarantined = sum(count for _, count in intake.quarantined)
    assert intake.read == intake.taken + intake.after_as_of + quarantined == len(rows)
    if not len(found):
        with pytest.raises(EventError):
            report_of(found)
        return
    report = report_of(found)
    total = report.total.counts
    assert total.arrived == intake.taken
    for table in report.tables:
        for row in table.rows:
            reconciled(row.counts)
            assert row.open == row.counts.pending + row.counts.paused + row.overdue
            assert (row.rate is None) == (row.counts.matured == 0)
        for field in fields(total):
            cells = sum(getattr(row.counts, field.name) for row in table.rows)
            assert cells == getattr(total, field.name), (table.by, field.name)
    heat = report.heat_map
    for field in fields(total):
        assert sum(map(sum, getattr(heat, field.name))) == getattr(total, field.name)
        weeks = sum(getattr(week.counts, field.name) for week in report.weeks)
        assert weeks == getattr(total, field.name)
    for day in range(7):
        for hour in range(24):
            parts = ("met", "breached", "pending", "paused", "withdrawn", "excluded")
            assert heat.arrived[day][hour] == sum(getattr(heat, p)[day][hour] for p in parts)
    assert report.backlog.points[-1].open == report.total.open
    assert report.backlog.points[-1].overdue == report.total.overdue
    assert sum(point.arrivals for point in report.backlog.points) == total.arrived - total.excluded


def test_the_report_does_not_depend_on_the_order_of_rows() -> None:
    rng = random.Random(1)
    rows = [*zip(ANSWERED_AND_OPEN, ["B", "A", None] * 3 + ["A"], strict=True)]
    shuffled = rng.sample(rows, len(rows))
    one, other = (
        report_of(
            cases([pair for pair, _ in some], "2025-03-12T18:00", S9, [name for _, name in some])
        )
        for some in (rows, shuffled)
    )
    assert replace(one, late=()) == replace(other, late=())
    assert one.provenance.input_hash == other.provenance.input_hash
    assert hash(one) is not None
    hashes = [
        cases(ANSWERED_AND_OPEN, "2025-03-12T18:00", S9, names).input_hash
        for names in (["A"] * 9 + ["B"], ["B"] + ["A"] * 9)
    ]
    assert hashes[0] != hashes[1]


# -- bias ----------------------------------------------------------------------------------------


def test_the_matured_share_has_the_least_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    for name in ("bias", "generate_appeals"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import bias

    found = bias.shares(bias.Parameters(), 7, span=bias.Span(date(2026, 2, 2), days=42))
    assert found.closed_only > found.answered_or_due > found.matured
    assert found.closed_only - found.truth > 0.02
    assert abs(found.matured - found.truth) < abs(found.answered_or_due - found.truth)


# -- classes, heat map, comparisons ----------------------------------------------------------------


def test_classes_of_arrival_and_due_day() -> None:
    times = {
        "2025-10-29T13:30": "in_hours",  # the break
        "2025-10-30T20:00": "evening_night",
        "2025-10-26T12:00": "weekend",
        "2025-11-03T12:00": "holiday",  # moved
        "2025-11-04T12:00": "holiday",
        "2025-11-01T11:00": "working_weekend",
        "2025-06-11T12:00": "short_day",
        "2025-06-11T20:00": "short_day",
    }
    for time, name in times.items():
        report = report_of(cases([(time, None)], "2025-11-20T18:00"))
        assert [row.key for row in report.table("arrival_class").rows] == [name], time
    after_rest = report_of(cases([("2025-11-02T12:00", None)], "2025-11-20T18:00"))
    assert [row.key for row in after_rest.table("due_class").rows] == ["after_days_off"]
    weekend = report_of(cases([("2025-10-26T12:00", None)], "2025-11-20T18:00"))
    assert [row.key for row in weekend.table("due_class").rows] == ["ordinary_day"]


def test_local_times_use_the_historical_zone_offset() -> None:
    pairs = [("2020-12-25T16:30", None), ("2020-12-28T16:30", None)]  # +04, then +03
    heat = report_of(cases(pairs, "2021-01-20T18:00")).heat_map
    assert (heat.arrived[4][16], heat.arrived[0][16]) == (1, 1)
    assert (heat.due_later[4][16], heat.due_known[4][16]) == (1, 1)
    change = instants([datetime(2020, 12, 26, 22, tzinfo=UTC)])
    found = cases_of_columns(
        AppealColumns(change, instants([None])),
        Target("first reply", FOUR, S8),
        as_of=at("2021-01-20T18:00"),
    )
    assert report_of(found).heat_map.arrived[6][1] == 1


def test_a_change_has_a_part_of_each_agency() -> None:
    def some(day: str, met: int, n: int) -> list[tuple[str, str | None]]:
        posted = f"2025-03-{day}T10:00"
        return [(posted, f"2025-03-{day}T11:00" if i < met else None) for i in range(n)]

    early = some("04", 9, 10) + some("04", 6, 10)
    late = some("11", 3, 5) + some("11", 9, 15) + some("11", 2, 4) + some("11", 1, 1)
    who = ["roads"] * 10 + ["parks"] * 10, ["roads"] * 5 + ["parks"] * 15 + ["new"] * 4 + [None]
    both = cases(early + late, "2025-03-20T18:00", agencies=[*who[0], *who[1]])
    change = report_of(both, ReportOptions(compare_with=at("2025-03-10T00:00"))).comparison.change
    apart = [
        report_of(cases(some, "2025-03-20T18:00", agencies=names))
        for some, names in zip((early, late), who, strict=True)
    ]
    assert change == compare(*apart)
    assert (change.before, change.after) == (0.75, 0.6)
    assert sum(one.part for one in change.agencies) == pytest.approx(change.difference) == -0.15
    found = {one.agency: (one.before, one.after) for one in change.agencies}
    assert found == {"roads": (0.9, 0.6), "parks": (0.6, 0.6), "new": (None, 0.5), None: (None, 1)}
    parts = {one.agency: one.part for one in change.agencies}
    assert parts["roads"] == pytest.approx((3 - 0.675 * 5) / 25 - (9 - 0.675 * 10) / 20)
    assert next(iter(parts)) == "roads"  # the largest first
    (alone,) = {one.agencies for one in [compare(apart[0], apart[0])]}
    assert all(one.part == 0 for one in alone)
    for outside in ("2025-03-04T10:00", "2025-03-20T18:00", "2026-03-10T00:00"):
        with pytest.raises(EventError, match=f"{outside.replace('T', ' ')} does not divide"):
            report_of(both, ReportOptions(compare_with=at(outside)))


def test_the_funnel_marks_groups_outside_its_limits() -> None:
    pairs, names = [], []
    for number in range(12):
        met = 10 if number == 0 else 90
        pairs += [("2025-03-11T10:00", "2025-03-11T10:30")] * met
        pairs += [("2025-03-11T10:00", None)] * (100 - met)
        names += [f"unit {number:02}"] * 100
    report = report_of(cases(pairs, "2025-03-20T18:00", agencies=names))
    assert report.table("agency").row("unit 00").funnel == -2
    assert report.table("agency").row("unit 01").funnel == 0
    funnel = report.funnels[0]
    assert (funnel.by, funnel.units) == ("agency", 12)
    assert funnel.centre == pytest.approx(1000 / 1200)
    for curves in (funnel.limits, funnel.plain):
        assert len(funnel.n) == len(curves.lower_action) == len(curves.upper_warning)


# -- difficult input -------------------------------------------------------------------------------


def test_each_agency_keeps_its_own_hours_and_zone() -> None:
    east = Schedule("RU-SA", "Mo-Fr 09:00-18:00", tz="Asia/Yakutsk")
    posted = at("2025-03-11T09:00")  # 15:00 in Yakutsk
    found = cases_of_columns(
        AppealColumns(
            instants([posted, posted]),
            instants([None, None]),
            groups={"agency": Labels.of(["west", "east"])},
        ),
        Target("first reply", FOUR, ScheduleBy("agency_id", {"west": S8, "east": east})),
        as_of=at("2025-03-20T18:00"),
    )
    heat = report_of(found).heat_map
    assert (heat.arrived[1][9], heat.arrived[1][15]) == (1, 1)
    assert report_of(found).promise.schedules == 2
    assert {late.started_at.utcoffset() for late in report_of(found).late} == {3 * HOUR, 9 * HOUR}


def test_cases_on_dates_without_a_calendar_are_pending() -> None:
    pairs = [("2030-01-10T10:00", None), ("2027-12-30T10:00", "2027-12-30T11:00")]
    pairs += [("2027-12-31T16:30", "2027-12-31T16:50")]  # due after all that is known
    found = cases(pairs, "2030-02-01T10:00")
    report = report_of(found)
    assert report.quality.calendar_unknown == 1
    assert (report.total.counts.met, report.total.counts.pending) == (2, 1)
    assert report.total.final_at is None
    assert report.days[-1].kind is None


def test_columns_leave_a_withdrawal_that_may_be_late_pending() -> None:
    kc = Schedule("RU-KC", "Mo-Fr 09:00-18:00")  # Monday 20 April 2026 is uncertain
    posted, gone = at("2026-04-17T16:00"), at("2026-04-20T15:00")
    found = cases_of_columns(
        AppealColumns(instants([posted]), instants([None]), withdrawn=instants([gone])),
        Target("first reply", FOUR, kc),
        as_of=at("2026-04-24T18:00"),
    )
    assert (VERDICTS[found.verdict[0]], found.calendar_unknown) == ("pending", 1)
    assert (found.ended[0], found.elapsed[0]) == (NEVER, UNKNOWN)


def test_the_target_is_chosen_by_name_and_can_have_any_budget() -> None:
    days = Target("reply", ClockTime(timedelta(hours=30)), S8)
    policy = Policy([days, Target("first reply", FOUR, S8)])
    events = events_of(ANSWERED_AND_OPEN, S8)
    when = at("2025-03-14T18:00")
    result = evaluate(events, policy, as_of=when)
    with pytest.raises(
        PolicyError,
        match=r"several targets; .* give target \(--target\) as one of 'reply', 'first reply'",
    ):
        cases_of_evaluation(result, policy, as_of=when)
    alike = Policy([Rule([days], channels={"vk"}), Rule([replace(days, schedule=S9)])])
    with pytest.raises(PolicyError, match="several targets 'reply'"):
        cases_of_evaluation(result, alike, as_of=when, target="reply")
    with pytest.raises(PolicyError, match="no target 'x'"):
        cases_of_evaluation(result, policy, as_of=when, target="x")
    report = report_of(cases_of_evaluation(result, policy, as_of=when, target="reply"))
    assert (report.promise.budget, report.promise.horizon) == (None, 8 * HOUR)
    assert report.total.counts.breached == 4
    with pytest.raises(LookupError, match="have no attribute 'planet'"):
        report_of(
            cases_of_evaluation(result, policy, as_of=when, target="reply"),
            ReportOptions(by=["planet"]),
        )


def test_columns_of_wrong_shape_or_type_are_refused() -> None:
    good, when = instants([at("2025-03-11T10:00")]), at("2025-03-14T18:00")
    hours = Target("first reply", FOUR, S8)
    by_agency = Target("first reply", FOUR, ScheduleBy("agency_id", {"A": S8}))
    names = Labels.of(["A", "A"])
    for wrong, target, error, why in (
        (AppealColumns(good, instants([None, None])), hours, ValueError, "answered has the shape"),
        (AppealColumns(np.array([1]), np.array([2])), hours, TypeError, "not of instants"),
        (
            AppealColumns(good, instants([None]), schedule_names=names),
            *(by_agency, ValueError, "schedule_names has the shape"),
        ),
    ):
        with pytest.raises(error, match=why):
            cases_of_columns(wrong, target, as_of=when)
    with pytest.raises(ValueError, match="target_rate 90"):
        report_of(cases(ANSWERED_AND_OPEN, "2025-03-12T18:00"), ReportOptions(target_rate=90))


def test_excluded_cases_are_in_no_curve() -> None:
    pairs = [("2025-03-11T10:00", "2025-03-11T11:00"), ("2025-03-11T10:00", "2025-03-11T12:00")]
    found = cases(pairs, "2025-03-14T12:00", excluded=[False, True])
    report = report_of(found)
    assert (report.curve.times, report.curve.share) == ((HOUR,), (0.0,))
    assert report.total.mean_answered == HOUR


def test_times_on_whole_minutes_are_counted() -> None:
    pairs = [
        ("2025-03-11T10:00", None),
        ("2025-03-11T10:00", "2025-03-11T11:00"),
        ("2025-03-11T10:00", "2025-03-11T11:30"),
        ("2025-03-11T10:00", "2025-03-11T11:00:01"),
        ("2025-03-11T10:00:01", "2025-03-11T11:00"),
    ]
    assert report_of(cases(pairs, "2025-03-14T12:00")).quality.minute_rounded == 3


def test_every_figure_that_is_shown_has_a_heading() -> None:
    """A new figure is a line in the list, its computation and its texts: all forms are loops."""
    report = met_of(9, 10)
    for one in figures.FIGURES.values():
        assert {*one.where.split()} <= {*figures.PLACES}
        for lang in ("en", "ru") if one.where else ():
            with language(lang):
                assert one.title(report, in_workbook=True)
                assert (one.heading or one.key) in HEADINGS or one.key in WORKBOOK
                assert one.text(report.total)


def test_public_texts_have_both_languages() -> None:
    assert report_facade.VERDICTS["met"] == {"en": "met", "ru": "в срок"}
    assert report_facade.INTAKE_REASONS["malformed"].keys() == {"en", "ru"}
    assert report_facade.heading("agency", "ru") == "ведомство"
