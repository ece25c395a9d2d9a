"""A revised report lists the appeals whose verdict changed, each with its cause."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from workhours_sla import (
    Act,
    Calendar,
    Event,
    EventType,
    Outcome,
    Policy,
    Schedule,
    Target,
    day_off,
    evaluate,
    working_hours,
)
from workhours_sla.cli.main import main

pytest.importorskip("numpy")

from workhours_sla.report import (
    Report,
    ReportOptions,
    cases_of_evaluation,
    from_json,
    report,
    revise,
    to_json,
)

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
VOLGOGRAD = Calendar.get("RU-VGG")
OFFICE = Schedule(VOLGOGRAD, HOURS)
OFF = date(2026, 3, 16)
DECREED = Schedule(VOLGOGRAD.amend(day_off(OFF, Act("an invented decree"))), HOURS)
NOW = datetime(2026, 3, 18, 12, tzinfo=OFFICE.tz)
START = datetime(2026, 3, 12, 9, tzinfo=OFFICE.tz)
Rows = list[tuple[int, int | None]]
ROWS: st.SearchStrategy[Rows] = st.lists(
    st.tuples(st.integers(0, 8000), st.none() | st.integers(0, 6000)), min_size=1, max_size=8
)


def events_of(rows: Rows) -> list[Event]:
    found = []
    for number, (minutes, reply) in enumerate(rows):
        name, posted = f"A-{number:02}", START + timedelta(minutes=minutes)
        found.append(Event(f"{name}c", name, EventType.CREATED, posted, posted))
        if reply is not None:
            done = posted + timedelta(minutes=reply)
            found.append(Event(f"{name}r", name, EventType.REPLIED, done, done))
    return found


def made(
    rows: Rows, *, schedule: Schedule = OFFICE, hours: int = 4, as_of: datetime = NOW
) -> tuple[Report, dict[str, Outcome]] | None:
    events = events_of(rows)
    policy = Policy([Target("first reply", working_hours(hours), schedule)])
    result = evaluate(events, policy, as_of=as_of)
    if not result.outcomes:
        return None
    cases = cases_of_evaluation(result, policy, as_of=as_of, events=events)
    found = report(cases, ReportOptions(with_cases=True), events=events)
    return found, {one.appeal_id: one for one in result.outcomes}


def verdict(outcome: Outcome | None) -> str | None:
    return None if outcome is None else outcome.verdict.value.replace("at_risk", "pending")


@settings(deadline=None, max_examples=examples(60))
@given(ROWS, st.sampled_from(["input", "as_of", "calendar", "policy"]), st.data())
def test_every_changed_verdict_is_listed_with_its_only_cause(
    rows: Rows, cause: str, data: st.DataObject
) -> None:
    first = made(rows)
    again: Any = {
        "input": lambda: made(
            [(one, data.draw(st.none() | st.integers(0, 6000))) for one, _ in rows]
        ),
        "as_of": lambda: made(rows, as_of=NOW + timedelta(hours=data.draw(st.integers(-90, 90)))),
        "calendar": lambda: made(rows, schedule=DECREED),
        "policy": lambda: made(rows, hours=data.draw(st.integers(1, 12))),
    }[cause]
    second = again()
    if first is None or second is None:
        return
    old, new = (from_json(to_json(one)) for one, _ in (first, second))
    assert (old, new) == (first[0], second[0])
    before, after = first[1], second[1]
    expected = {
        name
        for name in before.keys() | after.keys()
        if verdict(before.get(name)) != verdict(after.get(name))
    }
    found = revise(old, new).cases
    assert [one.appeal_id for one in found] == sorted(expected)
    for one in found:
        assert one.causes == (cause,)
        was, now = before.get(one.appeal_id), after.get(one.appeal_id)
        assert one.old == (None if was is None else was.verdict.value)
        assert one.new == (None if now is None else now.verdict.value)
        assert one.new_due_at == (None if now is None else now.due_at)
        assert [day.date for day in one.days] == ([OFF] if cause == "calendar" else [])
        assert all("an invented decree" in day.reason_en for day in one.days)


def test_every_cycle_of_an_appeal_has_its_verdict() -> None:
    times = [START + timedelta(days=day) for day in range(4)]
    kinds = (EventType.CREATED, EventType.REPLIED, EventType.REOPENED, EventType.REPLIED)
    events = [
        Event(str(number), "A-1", kind, when, when)
        for number, (kind, when) in enumerate(zip(kinds, times, strict=True))
    ]
    policy = Policy([Target("first reply", working_hours(4), OFFICE)])
    result = evaluate(events, policy, as_of=NOW)
    cases = cases_of_evaluation(result, policy, as_of=NOW, events=events)
    found = report(cases, ReportOptions(with_cases=True)).cases
    assert [(one.cycle, one.verdict) for one in found] == [
        (one.cycle, one.verdict.value) for one in result.outcomes
    ]
    assert {one.cycle for one in found} == {0, 1}


ENGLISH = [
    "Verdicts that changed: 1.",
    "  A-1: overdue -> met; due Mon 16 Mar 2026 11:00 -> Tue 17 Mar 2026 11:00 (another calendar)",
    "    Mon 16 Mar 2026: non-working day by decree: an invented decree",
]
MOVED = "срок пн 16.03.2026 11:00 -> вт 17.03.2026 11:00 (другой календарь)"
RUSSIAN = [
    "Изменился вердикт по обращениям: 1.",
    f"  A-1: просрочено -> в срок; {MOVED}",
    "    пн 16.03.2026: нерабочий день: an invented decree",
]


@pytest.mark.parametrize(("lang", "lines"), [("en", ENGLISH), ("ru", RUSSIAN)])
def test_the_command_lists_the_verdicts_that_changed(
    lang: str, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.csv").write_text(
        "appeal_id,posted_at,answered_at\n"
        "A-1,2026-03-13T16:00+03:00,2026-03-17T10:00+03:00\n"
        "A-2,2026-03-13T16:00+03:00,\n"
    )
    (tmp_path / "rows.toml").write_text('[input]\nkind = "appeals"\n')
    (tmp_path / "decree.toml").write_text(
        '[acts.example]\ntitle = "an invented decree"\nknown_from = 2026-03-13\n'
        '[[days_off]]\ndate = 2026-03-16\nact = "example"\nlayer = "presidential"\n'
    )
    asked = ["report", str(tmp_path / "rows.csv"), "--config", str(tmp_path / "rows.toml")]
    asked += ["--as-of=2026-03-18T12:00+03:00", f"--lang={lang}"]
    assert main([*asked, "--json", "--with-cases"]) == 0
    kept = tmp_path / "old.json"
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    decree = ["--calendar-file", str(tmp_path / "decree.toml"), "--revise", str(kept)]
    assert main([*asked, *decree]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line in lines] == lines
    assert main([*asked, *decree, "--json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert (case["appeal_id"], case["causes"], len(case["days"])) == ("A-1", ["calendar"], 1)
    assert main([*asked, "--json"]) == 0
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main([*asked, *decree]) == 0
    assert "--with-cases" in capsys.readouterr().out


def test_several_causes_and_reports_without_verdicts() -> None:
    rows: Rows = [(31 * 60, 3 * 24 * 60)]  # Friday 16:00, answered on Monday 16:00
    first, second = made(rows), made([(31 * 60, 67 * 60)], schedule=DECREED, hours=5)
    (found,) = revise(first[0], second[0]).cases or ()
    assert (found.old, found.new) == ("breached", "met")
    assert found.causes == ("input", "calendar", "policy")
    policy = Policy([Target("first reply", working_hours(4), OFFICE)])
    result = evaluate(events_of([(0, None)]), policy, as_of=NOW)
    plain = report(cases_of_evaluation(result, policy, as_of=NOW))
    assert plain.cases is None
    assert revise(plain, first[0]).cases is revise(first[0], plain).cases is None
