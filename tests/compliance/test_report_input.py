"""Input that would make a report mislead: repeated ids, wrong dates, unusual targets and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.values import FOUR, OFFICE, Capture, at
from workhours_sla import (
    CalendarDays,
    ClockTime,
    Event,
    EventType,
    Months,
    Policy,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    WorkingDaysInHours,
    evaluate,
)
from workhours_sla.cli.main import main
from workhours_sla.errors import EventError, NaiveDatetimeError

np = pytest.importorskip("numpy")

from workhours_sla.report import (
    AppealColumns,
    Cases,
    FrameColumns,
    Labels,
    Report,
    ReportOptions,
    cases_of_columns,
    cases_of_evaluation,
    cases_of_frame,
    cases_of_outcomes,
    from_json,
    page,
    report,
    to_json,
)
from workhours_sla.statistics.maturity import VERDICTS

EAST = Schedule("RU-KC", "Mo-Fr 08:00-17:00")  # 20 and 21 April 2026 are uncertain
TARGET = Target("first reply", FOUR, OFFICE)
AS_OF = datetime(2026, 3, 14, 18, tzinfo=OFFICE.tz)
BUDGETS = (
    FOUR,
    ClockTime(timedelta(hours=30)),
    WorkingDays(2),
    WorkingDays(1, count_from="same_day"),
    CalendarDays(3, roll="none"),
    CalendarDays(5, roll="preceding"),
    CalendarDays(5, roll="following"),
    Months(1, roll="none"),
    WorkingDaysInHours(1),
)
STARTS = st.datetimes(datetime(2026, 4, 13), datetime(2026, 5, 20)) | st.datetimes(
    datetime(2027, 12, 20), datetime(2027, 12, 31)
)
Row = tuple[datetime, int | None, int | None, bool]
ROWS = st.lists(
    st.tuples(
        STARTS,
        st.none() | st.integers(0, 20_000),
        st.none() | st.integers(0, 20_000),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def instants(times: list[datetime | None]) -> Any:
    plain = [None if t is None else t.astimezone(UTC).replace(tzinfo=None) for t in times]
    return np.array(plain, "M8[us]")


def appeals(
    *posted: datetime, ids: list[Any] | None = None, as_of: datetime = AS_OF, **options: Any
) -> Cases:
    columns = AppealColumns(instants([*posted]), instants([None] * len(posted)), ids=ids, **options)
    return cases_of_columns(columns, TARGET, as_of=as_of)


@settings(deadline=None, max_examples=examples(60))
@given(ROWS, st.datetimes(datetime(2026, 4, 14), datetime(2028, 1, 20)), st.data())
def test_columns_give_the_fold_s_results_for_budgets_of_every_kind(
    rows: list[Row], now: datetime, data: st.DataObject
) -> None:
    budget = data.draw(st.sampled_from(BUDGETS))
    closing = data.draw(st.sampled_from(["latest", "strict"]))
    schedules = {"west": OFFICE, "east": EAST}
    target = Target("reply", budget, ScheduleBy("channel", schedules), closing=closing)
    policy, as_of = Policy([target]), now.replace(tzinfo=UTC)
    events, posted, answered, gone = [], [], [], []
    for number, (when, reply, deletion, _) in enumerate(rows):
        name, since = f"A-{number:03}", when.replace(tzinfo=UTC)
        channel = "east" if rows[number][3] else "west"
        facts = {"channel": channel}
        events.append(Event(f"{name}c", name, EventType.CREATED, since, since, **facts))
        posted.append(since)
        answered.append(None)
        gone.append(None)
        if reply is not None:
            answered[-1] = done = since + timedelta(minutes=reply)
            events.append(Event(f"{name}r", name, EventType.REPLIED, done, done))
        if deletion is not None:
            gone[-1] = left = since + timedelta(minutes=deletion)
            who = {"author_role": "citizen"}
            events.append(Event(f"{name}d", name, EventType.DELETED, left, left, **who))
    provisional = data.draw(st.booleans())
    result = evaluate(events, policy, as_of=as_of, provisional=provisional)
    expected = cases_of_evaluation(result, policy, as_of=as_of)
    found = cases_of_columns(
        AppealColumns(
            instants(posted),
            instants(answered),
            withdrawn=instants(gone),
            ids=[f"A-{number:03}" for number in range(len(rows))],
            groups={"channel": Labels.of(["east" if row[3] else "west" for row in rows])},
        ),
        target,
        as_of=as_of,
        provisional=provisional,
    )
    verdicts = [VERDICTS[code].replace("at_risk", "pending") for code in expected.verdict]
    assert [VERDICTS[code] for code in found.verdict] == verdicts
    assert [found.ids[row] for row in range(len(found))] == list(expected.ids)
    if any(outcome.provisional for outcome in result.outcomes):
        assert found.matured.tolist() == expected.matured.tolist()
    if provisional:  # certain verdicts do not say when they would be due by rule
        return
    for column in ("started", "due", "limit", "answered", "ended", "elapsed", "overdue"):
        assert getattr(found, column).tolist() == getattr(expected, column).tolist(), column
    assert found.calendar_unknown == expected.calendar_unknown
    if len(found):
        report(found)


@pytest.mark.parametrize("closing", ["latest", "strict"])
def test_in_time_and_late_by_rule_mature_together(closing: Any) -> None:
    target = Target("reply", FOUR, OFFICE, closing=closing)
    posted = datetime(2027, 12, 31, 16, tzinfo=OFFICE.tz)  # no act decides January 2028
    waits = [timedelta(minutes=30), timedelta(minutes=30), timedelta(30), timedelta(30)]
    events = []
    for number, wait in enumerate(waits):
        name, done = f"A-{number}", posted + wait
        events.append(Event(f"{name}c", name, EventType.CREATED, posted, posted))
        events.append(Event(f"{name}r", name, EventType.REPLIED, done, done))
    policy = Policy([target])

    def shares(as_of: datetime) -> set[tuple[int, int]]:
        result = evaluate(events, policy, as_of=as_of, provisional=True)
        columns = AppealColumns(
            instants([posted] * len(waits)), instants([posted + wait for wait in waits])
        )
        made = (
            report(cases_of_evaluation(result, policy, as_of=as_of)),
            report(cases_of_columns(columns, target, as_of=as_of, provisional=True)),
        )
        return {(one.total.counts.matured_met, one.total.counts.matured) for one in made}

    assert shares(posted + timedelta(hours=3)) == {(0, 0)}
    assert shares(posted + timedelta(60)) == {(2, 4)}


@settings(deadline=None)
@given(st.lists(st.integers(0, 30) | st.none(), min_size=1, max_size=40))
def test_repeated_ids_are_counted_and_named(ids: list[int | None]) -> None:
    posted = [datetime(2026, 3, 2, 10, tzinfo=OFFICE.tz)] * len(ids)
    counts = Counter(one for one in ids if one is not None)
    repeated = {one: count for one, count in counts.items() if count > 1}
    if not repeated:
        assert len(appeals(*posted, ids=ids)) == len(ids)
        return
    with pytest.raises(EventError) as refused:
        appeals(*posted, ids=ids)
    text = str(refused.value)
    assert f"{len(repeated)} appeal ids occur in {sum(repeated.values())} rows" in text
    for one in [*repeated][:5]:
        assert f"'{one}'" in text


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_frames_refuse_repeated_ids(kind: str) -> None:
    pd = pytest.importorskip("pandas")
    posted = pd.to_datetime(["2026-03-02T10:00+03:00"] * 4, utc=True)
    frame: Any = pd.DataFrame({"posted": posted, "answered": posted, "n": ["A", "B", "A", "C"]})
    if kind == "polars":
        frame = pytest.importorskip("polars").from_pandas(frame)
    if kind == "arrow":
        frame = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    assert len(cases_of_frame(frame, TARGET, as_of=AS_OF)) == 4
    with pytest.raises(EventError, match=r"1 appeal ids occur in 2 rows, such as 'A'"):
        cases_of_frame(frame, TARGET, as_of=AS_OF, columns=FrameColumns(id="n"))
    event = Event("e", "A-1", EventType.CREATED, posted[0], posted[0])
    outcomes = evaluate([event], Policy([TARGET]), as_of=AS_OF).outcomes
    with pytest.raises(EventError, match="such as 'A-1'"):
        cases_of_outcomes([*outcomes, *outcomes], TARGET, as_of=AS_OF)


def independent_bulk(days: list[int]) -> tuple[int, int]:
    """Return the first and the last day of the bulk, by trying every run of arrivals."""
    order = sorted(days)
    runs = [[order[0]]]
    for day in order[1:]:
        if day - runs[-1][-1] > 365:
            runs.append([])
        runs[-1].append(day)
    best = max(reversed(runs), key=len)
    return best[0], best[-1]


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(40))
@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=20),
    st.lists(st.integers(-20_000, 2_500), max_size=6),
)
@example([0, 1, 2], [-18_000])
@example([0, 1, 2], [1_000])
@example([0], [-1_000])
def test_outliers_are_listed_and_counted_but_on_no_axis(near: list[int], far: list[int]) -> None:
    days = [*near, *far]
    begin = datetime(2018, 3, 5, 10, tzinfo=OFFICE.tz)
    posted = [begin + timedelta(days=day) for day in days]
    now = datetime(2026, 3, 14, 18, tzinfo=OFFICE.tz)
    made = report(appeals(*posted, as_of=now))
    first, last = independent_bulk(days)
    outside = [day for day in days if not first <= day <= last]
    assert made.quality.outliers.count == len(outside)
    assert [one.started_at for one in made.quality.outliers.first] == sorted(
        begin + timedelta(days=day) for day in outside
    )[:20]
    assert made.total.counts.arrived == len(days)
    assert sum(map(sum, made.heat_map.arrived)) == len(days)
    assert sum(week.counts.arrived for week in made.weeks) == len(days) - len(outside)
    by_week = sum(row.counts.arrived for row in made.table("week").rows)
    assert by_week == len(days) - len(outside)
    assert len(made.weeks) <= (last - first) // 7 + 2
    assert made.days[0].date <= (begin + timedelta(days=first)).date()
    assert made.backlog.points[-1].open == len(days)
    assert from_json(to_json(made)) == made
    assert ("more than a year before or after" in made.text()) == bool(outside)
    assert ("более чем на год" in made.text(lang="ru")) == bool(outside)


def test_an_appeal_of_1970_does_not_stretch_the_weeks() -> None:
    posted = [AS_OF - timedelta(days=day) for day in range(10, 40)]
    made = report(appeals(datetime(1970, 1, 1, tzinfo=UTC), *posted))
    alone = report(appeals(*posted))
    assert (made.weeks, made.share_trend) == (alone.weeks, alone.share_trend)
    assert made.total.counts.arrived == 31
    assert "wrong date: 1 (0 (1 Jan 1970))." in made.text()


def test_a_target_of_all_appeals(tmp_path: Path, capsys: Capture) -> None:
    posted = [datetime(2026, 3, 2, 10, tzinfo=OFFICE.tz)] * 12
    done: list[datetime | None] = [posted[0] + timedelta(hours=1)] * 12

    def of(*answered: datetime | None) -> Report:
        groups = {"agency": Labels.of(["A"] * 12)}
        columns = AppealColumns(instants(posted), instants([*answered]), groups=groups)
        cases = cases_of_columns(columns, TARGET, as_of=AS_OF)
        return report(cases, ReportOptions(target_rate=1.0))

    missed, kept = of(*done[1:], None), of(*done)
    assert (missed.total.rate.verdict, kept.total.rate.verdict) == ("fails", "inconclusive")
    assert missed.table("agency").false_failures == 0
    assert "target 100%" in missed.text()
    assert from_json(to_json(missed)) == missed
    for rate in ("100%", "1", "1.0"):
        assert run(tmp_path, FIRST, f"--target-rate={rate}", "--json") == 0
        assert from_json(capsys.readouterr().out).promise.target_rate == 1
    assert run(tmp_path, FIRST, "--target-rate=101%") == 2
    assert "at most 100%" in capsys.readouterr().err


BAD_RATE, BAD_LIST = r"target_rate 1\.5 is not above 0 and at most 1", "listed -1 is negative; give"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: appeals(AS_OF, as_of=TEXT), TypeError, "as_of of .*; give an aware datetime"),
        (lambda: appeals(AS_OF, as_of=date(2026, 3, 14)), TypeError, "give an aware datetime"),  # type: ignore[arg-type]
        (lambda: evaluate([], Policy([TARGET]), as_of=TEXT), TypeError, "give an aware datetime"),
        (lambda: ReportOptions(since=TEXT), TypeError, "since of .*; give an aware datetime"),
        (lambda: ReportOptions(rebase=TEXT), TypeError, "rebase of .*; give date"),
        (lambda: ReportOptions(compare_with=TEXT), ValueError, "'2026-03-14' is not 'previous'"),
        (lambda: ReportOptions(listed=-1), ValueError, BAD_LIST),
        (lambda: ReportOptions(target_rate=1.5), ValueError, BAD_RATE),
        (lambda: appeals(AS_OF, as_of=NAIVE), NaiveDatetimeError, "as_of .* has no zone"),
        (lambda: of_one(since=NAIVE), NaiveDatetimeError, "since .* has no zone"),
        (lambda: of_one(compare_with=NAIVE), NaiveDatetimeError, "has no zone"),
        (lambda: of_one(by=["planet*week"]), LookupError, "no attribute 'planet'"),
        (lambda: of_one(by=["week*"]), LookupError, "no attribute ''"),
        (lambda: appeals(AS_OF, AS_OF, ids=["A"]), ValueError, "ids has the shape"),
    ],
)
def test_invalid_options_of_a_report_are_refused(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()


def of_one(**options: Any) -> Report:
    return report(appeals(AS_OF), ReportOptions(**options))


def test_rows_of_an_appeal_that_are_equal(tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, FIRST + OTHER + FIRST, "--json") == 0
    made = from_json(capsys.readouterr().out)
    intake = made.quality.intake
    assert (made.total.counts.arrived, intake.duplicate, intake.late) == (2, 1 + 1, None)
    assert run(tmp_path, FIRST + OTHER) == 0
    assert "occurred later" not in capsys.readouterr().out  # a file does not show what came late


TEXT: Any = "2026-03-14"
NAIVE = datetime(2026, 3, 14)


HEAD = "appeal_id,posted_at,answered_at,agency_id\n"
FIRST = "A-1,2026-03-02T10:15+03:00,2026-03-02T11:15+03:00,roads\n"
JOINED = "A-1,2026-03-02T10:15+03:00,2026-03-02T12:00+03:00,roads\n"
OTHER = "A-2,2026-03-02T10:15+03:00,,light\n"


def run(folder: Path, rows: str, *options: str, config: str = "") -> int:
    (folder / "rows.csv").write_text(HEAD + rows, encoding="utf-8")
    (folder / "rows.toml").write_text('[input]\nkind = "appeals"\n' + config, encoding="utf-8")
    file, settings = str(folder / "rows.csv"), str(folder / "rows.toml")
    now = "--as-of=2026-03-14T18:00+03:00"
    return main(["report", file, "--config", settings, now, *options])


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "1 appeal ids occur in 2 rows, such as 'A-1'; remove the repeated rows"),
        ("ru", "(номеров: 1, строк с ними: 2), например 'A-1'; уберите повторы"),
    ],
)
def test_the_command_refuses_rows_of_one_appeal_that_differ(
    lang: str, text: str, tmp_path: Path, capsys: Capture
) -> None:
    assert run(tmp_path, FIRST + OTHER + JOINED, f"--lang={lang}") == 2
    assert text in capsys.readouterr().err


AGENCIES = '[agencies]\nroads = { name = "Roads"'
DUTY = '[schedules.duty]\ncalendar = "RU-VGG"\nhours = "Mo-Fr 09:00-18:00"\n'
BY_AGENCY = 'budget = "4h"\nschedule_by = "agency_id"\n'


def test_an_agency_with_a_name_alone_has_the_schedule_of_the_section(
    tmp_path: Path, capsys: Capture
) -> None:
    config = '[schedule]\nhours = "Mo-Fr 08:00-12:00"\n[target]\n' + BY_AGENCY + DUTY
    config += AGENCIES + ', schedule = "duty" }\nlight = { name = "Light" }\n'
    assert run(tmp_path, FIRST + OTHER, "--json", config=config) == 0
    made = from_json(capsys.readouterr().out)
    assert made.promise.schedules == 2
    assert made.late[0].due_at.isoformat() == "2026-03-03T10:15:00+03:00"


ANSWERS = st.lists(st.integers(0, 3000) | st.none(), min_size=1, max_size=40)


@settings(deadline=None, max_examples=examples(60))
@given(ANSWERS, st.integers(0, 2000))
def test_in_time_means_matured_and_met(answers: list[int | None], waited: int) -> None:
    posted = datetime(2026, 3, 2, 10, tzinfo=OFFICE.tz)
    now = posted + timedelta(minutes=waited)
    done = [None if one is None else posted + timedelta(minutes=one) for one in answers]
    columns = AppealColumns(instants([posted] * len(done)), instants([*done]))
    made = report(cases_of_columns(columns, TARGET, as_of=now))
    limit = datetime(2026, 3, 2, 15, tzinfo=OFFICE.tz)  # four hours and the break
    good = sum(one is not None and one <= min(limit, now) for one in done)
    in_time, early = (good, 0) if now > limit else (0, good)
    assert (made.total.counts.matured_met, made.total.counts.early) == (in_time, early)
    assert f"in time {in_time} + answered early {early} + late" in made.text()
    russian = f"в срок {in_time} + отвечено досрочно {early} + просрочено"
    assert russian in made.text(lang="ru")


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["roads", "light", "a × b", None]),
        st.integers(0, 30),
        st.none() | st.integers(0, 600),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=examples(60))
@given(CELLS)
def test_crossed_groupings_count_every_appeal_in_its_cell(
    rows: list[tuple[str | None, int, int | None]],
) -> None:
    begin = datetime(2026, 2, 2, 10, tzinfo=OFFICE.tz)
    posted = [begin + timedelta(days=day) for _, day, _ in rows]
    done = [
        None if reply is None else when + timedelta(minutes=reply)
        for when, (_, _, reply) in zip(posted, rows, strict=True)
    ]
    groups = {"agency": Labels.of([name for name, _, _ in rows])}
    columns = AppealColumns(instants([*posted]), instants([*done]), groups=groups)
    by = ["agency", "agency*week", "week * agency", "agency*weekday*hour"]
    made = report(cases_of_columns(columns, TARGET, as_of=AS_OF), ReportOptions(by=by))
    names = [table.by for table in made.tables][:4]
    assert names == ["agency", "agency*week", "week*agency", "agency*weekday*hour"]
    cells = Counter(
        (name, "{}-W{:02}".format(*when.isocalendar()[:2]))
        for when, (name, _, _) in zip(posted, rows, strict=True)
    )
    limits = {when: OFFICE.breaches_after(when, FOUR) for when in posted}
    met = Counter(
        (name, "{}-W{:02}".format(*when.isocalendar()[:2]))
        for when, end, (name, _, _) in zip(posted, done, rows, strict=True)
        if end is not None and end <= limits[when] < AS_OF
    )
    table = made.table("agency*week")
    found = dict(zip(table.parts, table.rows, strict=True))
    assert {keys: row.counts.arrived for keys, row in found.items()} == cells
    assert {keys: row.counts.matured_met for keys, row in found.items()} == {
        keys: met[keys] for keys in cells
    }
    assert list(table.parts) == sorted(table.parts, key=lambda k: (k[0] is None, k[0] or "", k[1]))
    turned = made.table("week*agency")
    assert {(name, week) for week, name in turned.parts} == set(cells)
    assert sum(row.counts.arrived for row in made.table("agency*weekday*hour").rows) == len(rows)
    assert from_json(to_json(made)) == made
    for lang in ("en", "ru"):
        assert made.text(*names, lang=lang)
        assert page(made, lang)


def test_the_command_takes_crossed_groupings(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("xlsxwriter")
    files = ("--csv", str(tmp_path / "csv"), "--html", str(tmp_path / "page.html"))
    book = ("--xlsx", str(tmp_path / "book.xlsx"))
    assert run(tmp_path, FIRST + OTHER, "--by", "agency, agency*week", *files, *book) == 0
    assert "roads × 2-8 Mar 2026" in capsys.readouterr().out
    written = (tmp_path / "csv" / "agency_week.csv").read_text("utf-8").splitlines()
    assert written[0].startswith("agency,week,arrived,")
    assert [line.split(",")[:3] for line in written[1:]] == [
        ["light", "2026-W10", "1"],
        ["roads", "2026-W10", "1"],
    ]


@pytest.mark.parametrize(
    ("after", "unknown"), [(-timedelta(days=1), 0), (timedelta(0), 0), (timedelta.resolution, 1)]
)
def test_an_open_appeal_is_certain_until_the_earliest_of_its_possible_limits(
    after: timedelta, unknown: int
) -> None:
    # no act has decided 2028, so three working days after 30 December end on 3 January or later
    policy = Policy([Target("first reply", WorkingDays(3), OFFICE)])
    posted = at(2027, 12, 30, 9, 30)
    as_of = at(2028, 1, 4) + after
    result = evaluate([Event("1", "A-1", "created", posted, posted)], policy, as_of=as_of)
    assert cases_of_evaluation(result, policy, as_of=as_of).calendar_unknown == unknown
