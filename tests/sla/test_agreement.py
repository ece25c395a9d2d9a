"""The verdicts and due times of another system beside ours, with answers worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.values import OFFICE, Capture
from workhours_sla import Event, Policy, Target, evaluate, working_hours
from workhours_sla.cli.main import main
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.config import parse
from workhours_sla.files import open_source
from workhours_sla.reports.agreement_text import agreement_lines
from workhours_sla.sla.event import Claim
from workhours_sla.sources.rows import Fault
from workhours_sla.text.catalog import language

POLICY = Policy([Target("reply", working_hours(4), OFFICE)])
DAY = datetime(2026, 3, 12, tzinfo=OFFICE.tz)
LATER = DAY + timedelta(days=30)


def at(clock: str, day: int = 12) -> datetime:
    hour, minute, *second = map(int, clock.split(":"))
    return DAY.replace(day=day, hour=hour, minute=minute, second=sum(second))


def appeal(name: str, posted: str, answered: str | None) -> list[Event]:
    events = [Event(f"{name}c", name, "created", at(posted), at(posted))]
    if answered is not None:
        events.append(Event(f"{name}r", name, "replied", at(answered), at(answered)))
    return events


def compared(*rows: tuple[str, str | None, Claim], as_of: datetime = LATER) -> Agreement:
    """Compare appeals, given the times of day of their posting and answer, and their claim."""
    events = [event for posted, answered, claim in rows
              for event in appeal(claim.appeal_id, posted, answered)]  # fmt: skip
    outcomes = evaluate(events, POLICY, as_of=as_of).outcomes
    return compare_claims(outcomes, [claim for _, _, claim in rows], "reply")


@pytest.mark.parametrize(
    ("answered", "theirs", "expected"),
    [
        ("12:00", "met", "same"),
        ("16:00", "breached", "same"),
        (None, "breached", "same"),
        ("16:00", "met", "ours_late"),
        ("12:00", "breached", "theirs_late"),
        ("12:00", None, "theirs_missing"),
    ],
)
def test_classes_of_verdicts(answered: str | None, theirs: Any, expected: str) -> None:
    found = compared(("10:15", answered, Claim("A", None, theirs)))
    assert [(one.name, one.count) for one in found.verdicts] == [(expected, 1)]


def test_open_paused_withdrawn_and_unknown_appeals() -> None:
    for verdict, expected in (("met", "same"), ("breached", "theirs_late")):  # not late so far
        found = compared(("10:15", None, Claim("A", None, verdict)), as_of=at("11:00"))
        assert [one.name for one in found.verdicts] == [expected]
    claims = [Claim("A", None, "met"), Claim("A", at("15:15")), Claim("A", None, "breached"),
              Claim("B", None, "met")]  # fmt: skip
    found = claimed(claims)
    assert (found.appeals, found.unknown, found.contradictory) == (1, 1, 1)
    assert [one.name for one in (*found.verdicts, *found.due_times)] == ["same", "equal"]
    paused = Event("p", "A", "paused", at("11:00"), at("11:00"))
    found = claimed([Claim("A", LATER)], paused)
    assert [one.name for one in found.due_times] == ["unknown"]
    gone = Event("d", "A", "deleted", at("11:00"), at("11:00"), author_role="citizen")
    found = claimed([Claim("A", None, "met")], gone)
    assert [one.name for one in found.verdicts] == ["not_comparable"]


def claimed(claims: list[Claim], *more: Event) -> Agreement:
    policy = Policy([Target("reply", working_hours(4), OFFICE, pauses=True)])
    outcomes = evaluate([*appeal("A", "10:15", None), *more], policy, as_of=LATER).outcomes
    return compare_claims(outcomes, claims, "reply")


def test_rows_without_claims_and_ignored_rows(
    files: list[str], tmp_path: Path, capsys: Capture
) -> None:
    pytest.importorskip("numpy")
    Path(tmp_path, "rows.toml").write_text(CONFIG + '[ignore]\nappeal_id = ["A-4"]\n', "utf-8")
    main(["report", *files])
    assert "Rows ignored as configured: 1." in capsys.readouterr().out
    unread = CONFIG.replace('"SLA due"', '""').replace('"SLA"', '""')
    Path(tmp_path, "rows.toml").write_text(unread, "utf-8")
    main(["check", *files])
    assert "Their" not in capsys.readouterr().out
    main(["check", *files, "--json"])
    assert json.loads(capsys.readouterr().out)["agreement"] == []


OPEN311 = """appeal_id,posted_at,answered_at,expected_datetime
A,2026-03-12T07:15Z,,2026-03-12T12:15Z
"""
LINE = '{"appeal_id":"A","type":"created","occurred_at":"2026-03-12T10:15Z","their_verdict":"met"}'


@pytest.mark.parametrize(
    ("config", "rows", "expected"),
    [
        ('kind = "appeals"', OPEN311, [Claim("A", datetime(2026, 3, 12, 12, 15, tzinfo=UTC))]),
        ('format = "jsonl"', LINE, [Claim("A", None, "met")]),
    ],
)
def test_claims_of_other_files(config: str, rows: str, expected: list[Claim]) -> None:
    with open_source(BytesIO(rows.encode()), parse(f"[input]\n{config}").mapping) as file:
        assert not [item for item in file if isinstance(item, Fault)]
        assert file.claims == expected


@pytest.mark.parametrize(
    ("posted", "theirs", "expected", "difference"),
    [
        ("10:15", at("15:15"), "equal", None),
        ("10:15", at("15:15:59"), "equal", None),
        ("10:15:30", at("15:15"), "equal", None),
        ("09:00", at("13:00"), "break", None),
        ("09:00", at("14:00"), "opening", timedelta(hours=1)),
        ("14:00", at("18:00"), "break", None),
        ("14:00", at("09:00", 13), "opening", timedelta(hours=15)),
        ("10:15", at("15:15", 15), "days", timedelta(days=3)),
        ("10:15", at("15:15", 11), "days", timedelta(days=-1)),
        ("10:15", at("12:15"), "hours", timedelta(hours=-3)),
        ("10:15", at("16:15"), "hours", timedelta(hours=1)),
        ("10:15", at("14:45"), "other", timedelta(minutes=-30)),
        ("10:15", at("12:15", 14), "other", timedelta(days=2, hours=-3)),
    ],
)
def test_classes_of_due_times(
    posted: str, theirs: datetime, expected: str, difference: timedelta | None
) -> None:
    found = compared((posted, None, Claim("A", theirs.astimezone(UTC))))
    assert [one.name for one in found.due_times] == [expected]
    assert found.median_difference == difference
    assert found.due_times[0].examples[0].their_due_at == theirs


CLAIMS = st.lists(
    st.tuples(
        st.integers(0, 23 * 60),
        st.integers(0, 40 * 60),
        st.sampled_from(["met", "breached", None]),
        st.one_of(st.none(), st.integers(-3000, 3000)),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=examples(200), deadline=None, derandomize=True, database=None)
@given(CLAIMS)
def test_every_appeal_is_in_one_class(rows: list) -> None:
    events, claims, dues = [], [], []
    for number, (posted, wait, verdict, minutes) in enumerate(rows):
        start = DAY + timedelta(minutes=posted)
        name = f"A{number}"
        events += [Event(f"{name}c", name, "created", start, start)]
        end = start + timedelta(minutes=wait)
        events += [Event(f"{name}r", name, "replied", end, end)]
        due = OFFICE.deadline(start, working_hours(4))
        theirs = None if minutes is None else due + timedelta(minutes=minutes)
        claims.append(Claim(name, theirs and theirs.astimezone(UTC), verdict))
        dues.append(theirs)
    outcomes = evaluate(events, POLICY, as_of=LATER).outcomes
    found = compare_claims(outcomes, claims, "reply")
    assert sum(one.count for one in found.verdicts) == len(rows)
    assert sum(one.count for one in found.due_times) == sum(due is not None for due in dues)
    late = {one.appeal_id: one.verdict.value == "breached" for one in outcomes}
    same = sum(
        claim.verdict is not None and late[claim.appeal_id] == (claim.verdict == "breached")
        for claim in claims
    )
    assert {one.name: one.count for one in found.verdicts}.get("same", 0) == same
    for lang in ("en", "ru"):
        with language(lang):
            assert all(len(line) < 400 for line in agreement_lines(found))


CONFIG = """
[input]
kind = "appeals"
tz = "Europe/Volgograd"
[columns]
their_due_at = "SLA due"
their_verdict = "SLA"
[values.their_verdict]
"OK" = "met"
"Missed" = "breached"
"-" = ""
[schedule]
calendar = "RU-VGG"
[target]
name = "reply"
"""
ROWS = """appeal_id,posted_at,answered_at,SLA due,SLA
A-1,12.03.2026 10:15,12.03.2026 12:00,12.03.2026 15:15,OK
A-2,12.03.2026 10:15,12.03.2026 16:00,12.03.2026 16:15,OK
A-3,12.03.2026 09:00,12.03.2026 13:30,12.03.2026 13:00,Missed
A-4,12.03.2026 10:15,,,-
A-5,12.03.2026 10:15,,soon,OK
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    Path(tmp_path, "rows.csv").write_text(ROWS, "utf-8")
    Path(tmp_path, "rows.toml").write_text(CONFIG, "utf-8")
    return [str(tmp_path / "rows.csv"), "--config", str(tmp_path / "rows.toml"),
            "--as-of", "16.03.2026 12:00"]  # fmt: skip


def test_check_prints_agreement_and_examples(files: list[str], capsys: Capture) -> None:
    assert main(["check", *files]) == 1
    out = capsys.readouterr().out
    assert "Their verdicts (reply): same 1 · late by ours, in time by theirs 1" in out
    assert (
        "  late by ours, in time by theirs: "
        "A-2 (ours Thu 12 Mar 2026 15:15, theirs Thu 12 Mar 2026 16:15)\n"
    ) in out
    assert "off by whole hours 1; median of those that differ (theirs less ours) +1:00" in out
    assert "1  unreadable time" in out
    main(["check", *files, "--lang", "ru"])
    assert "Выводы другой системы (reply): совпали 1 · у нас просрочено, у них в срок 1" in (
        capsys.readouterr().out
    )


def test_check_and_report_have_the_agreement_in_json(files: list[str], capsys: Capture) -> None:
    main(["check", *files, "--json"])
    (of_check,) = json.loads(capsys.readouterr().out)["agreement"]
    assert {one["name"]: one["count"] for one in of_check["verdicts"]} == {
        "same": 1, "ours_late": 1, "theirs_late": 1, "theirs_missing": 1,
    }  # fmt: skip
    assert of_check["median_difference"] == "PT1H"
    pytest.importorskip("numpy")
    from workhours_sla.report import from_json, to_json

    main(["report", *files, "--json"])
    text = capsys.readouterr().out
    assert json.loads(text)["report"]["agreement"] == of_check
    assert json.loads(to_json(from_json(text))) == json.loads(text)
    main(["report", *files])
    assert "Their due times (reply): equal 1" in capsys.readouterr().out
