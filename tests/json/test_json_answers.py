"""An answer is traced only if that is asked, and is the same then."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workhours_sla import (
    CalendarDays,
    ClockTime,
    Schedule,
    WorkingDays,
    working_hours,
)
from workhours_sla.adapters.json.answers import Due, Elapsed, LatestStart, OneTarget
from workhours_sla.cli.main import main
from workhours_sla.errors import WorkHoursError

BUDGETS = (
    working_hours(4),
    working_hours(160),
    WorkingDays(7),
    CalendarDays(30, roll="following"),
    ClockTime(timedelta(hours=9)),
)
OFFICES = {
    "region": Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00"),
    "uncertain": Schedule("RU-BA", "Mo-Fr 09:00-18:00"),
    "nights": Schedule("RU-VGG", "Mo-Fr 20:00-08:00"),
    "germany": Schedule("DE", "Mo-Fr 09:00-17:00"),
    "overridden": Schedule(
        "RU-VGG", "Mo-Fr 09:00-18:00", overrides={date(2027, 12, 31): "09:00-12:00"}
    ),
}


def answered(kind: Any, *arguments: Any, **options: Any) -> Any:
    """Return the JSON of an answer, or the type of the error."""
    try:
        return kind.of(*arguments, **options).data()
    except WorkHoursError as error:
        return type(error)


@pytest.mark.filterwarnings("ignore::workhours_sla.errors.ProvisionalWarning")
@pytest.mark.parametrize("name", OFFICES)
def test_traced_or_not(name: str) -> None:
    chance, office = random.Random(name), OFFICES[name]
    refused = provisional = 0
    for _ in range(150):
        since = datetime(2019, 12, 20, tzinfo=UTC)
        start = since + timedelta(minutes=chance.randint(0, 60 * 24 * 365 * 9))
        end = start + timedelta(minutes=chance.randint(-50_000, 200_000))
        one = OneTarget(
            "reply", office, chance.choice(BUDGETS), chance.choice(("latest", "strict"))
        )
        by_rule = chance.random() < 0.5
        for kind, arguments in (
            (Due, (one, start)),
            (Elapsed, (one, start, end)),
            (LatestStart, (one, start)),
        ):
            plain, traced = (
                answered(kind, *arguments, by_rule=by_rule, traced=traced)
                for traced in (False, True)
            )
            if not isinstance(traced, dict):  # where a trace is refused, an answer may be certain
                refused += 1
                continue
            trace = traced.pop("trace")
            assert plain == traced
            if kind is not Elapsed:
                assert trace["end"] == plain["due_at"].isoformat()
            provisional += plain["provisional"]
    assert refused
    assert provisional or name == "germany"  # whose rules are known for every year


@pytest.mark.parametrize("words", ["due", "elapsed", "latest-start", "due --now=2025-12-30T12:00"])
def test_commands_make_a_trace_only_for_explain(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = words.split()
    times = ["2025-12-30T10:00", "2025-12-30T12:00"][: 2 if command == "elapsed" else 1]
    asked = [command, *times, "--calendar=RU-VGG", "--budget=4h", *options]
    assert main([*asked, "--explain"]) == 0
    explained = capsys.readouterr().out
    monkeypatch.delattr(Schedule, "explain")
    assert main(asked) == 0
    plain = capsys.readouterr().out.splitlines()
    assert [line for line in explained.splitlines() if not line.startswith("  ")] == plain


@pytest.mark.filterwarnings("ignore::workhours_sla.errors.ProvisionalWarning")
def test_answers_near_uncertain_dates_need_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    one = OneTarget("reply", OFFICES["uncertain"], working_hours(4), "latest")
    monkeypatch.delattr(Schedule, "explain")
    year = [datetime(2027, 1, 11, 9, tzinfo=UTC) + timedelta(days=n) for n in range(300)]
    assert all(not isinstance(answered(Due, one, start, by_rule=True), type) for start in year)
