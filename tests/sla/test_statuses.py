"""Status logs, against an oracle that counts the minutes of each appeal one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.properties import examples
from workhours_sla import Event, evaluate
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import SourceError
from workhours_sla.files import open_source
from workhours_sla.sources.rows import Fault

PROPERTY = settings(max_examples=examples(500), deadline=None, derandomize=True, database=None)
START = datetime(2026, 3, 12, 7, tzinfo=UTC)
BUDGET = 30
MEANINGS = ("open", "paused", "answered", "closed")
CONFIG = f"""
[input]
kind = "statuses"
format = "jsonl"
[columns]
appeal_id = "number"
status = "state"
since = "at"
agency_id = "group"
[values.status]
"New" = "open"
"In progress" = "open"
"Waiting" = "paused"
"Delayed" = "paused"
"Resolved" = "answered"
"Sent" = "answered"
"Archived" = "closed"
"Done" = "closed"
[schedule]
calendar = "none"
hours = "24/7"
tz = "Europe/Moscow"
[target]
budget = "{BUDGET}m"
pauses = true
warn = "0m"
"""
NAMES = {
    "open": ("New", "In progress"),
    "paused": ("Waiting", "Delayed"),
    "answered": ("Resolved", "Sent"),
    "closed": ("Archived", "Done"),
}


class Row(NamedTuple):
    """A status of an appeal from a minute on."""

    appeal: str
    minute: int
    meaning: str
    name: int = 0
    group: str = ""


def text_of(rows: Iterable[Row]) -> str:
    def record(row: Row) -> dict[str, str]:
        names = NAMES[row.meaning]
        return {
            "number": row.appeal,
            "state": names[row.name % len(names)],
            "at": (START + timedelta(minutes=row.minute)).isoformat(),
            "group": row.group,
        }

    return "".join(json.dumps(record(row)) + "\n" for row in rows)


def read(rows: Iterable[Row], config: str = CONFIG) -> tuple[list[Event], list[Fault]]:
    with open_source(BytesIO(text_of(rows).encode()), parse(config).mapping, name="log") as file:
        items = list(file)
    faults = [item for item in items if isinstance(item, Fault)]
    return [event for item in items if not isinstance(item, Fault) for event in item], faults


def outcomes_of(events: Iterable[Event], until: int) -> dict[str, list[tuple[str, int, int]]]:
    """Return the verdict, the minute of the start and the minutes used of each cycle."""
    as_of = START + timedelta(minutes=until)
    result = evaluate(events, parse(CONFIG).policy, as_of=as_of)
    found: dict[str, list[tuple[str, int, int]]] = {}
    for one in result.outcomes:
        started = (one.started_at - START) // timedelta(minutes=1)
        used = one.elapsed // timedelta(minutes=1)
        found.setdefault(one.appeal_id, []).append((one.verdict.value, started, used))
    return found


def counted(  # noqa: C901, PLR0912 - one loop over the minutes
    rows: Sequence[Row], until: int
) -> list[tuple[str, int, int]]:
    """Return what ``outcomes_of`` must return for one appeal, whose rows are in order.

    Every minute is looked at alone: which status the appeal has in it, and what that means.
    """
    at = {
        minute: [row.meaning for row in same] for minute, same in groupby(rows, lambda r: r.minute)
    }
    first = rows[0]
    if first.meaning not in ("open", "paused"):
        return []
    cycles = [{"started": first.minute, "used": 0, "answered": False}]
    status, over = "", False
    for minute in range(first.minute, until + 1):
        for meaning in at.get(minute, []):
            status = meaning
        now = at.get(minute, [])
        if "answered" in now:
            cycles[-1]["answered"] = True
        ended = [place for place, meaning in enumerate(now) if meaning in ("answered", "closed")]
        if now and now[-1] == "open" and (over or ended):
            cycles.append({"started": minute, "used": 0, "answered": False})
        if now:
            if now[-1] in ("answered", "closed") or (now[-1] == "paused" and ended):
                over = True
            elif now[-1] == "open":
                over = False
        if minute < until:
            for cycle in cycles:
                is_paused = status == "paused" and cycle is cycles[-1]
                cycle["used"] += not cycle["answered"] and not is_paused
    verdicts = []
    for cycle in cycles:
        if cycle["used"] > BUDGET:
            verdict = "breached"
        elif cycle["answered"]:
            verdict = "met"
        elif status == "paused" and cycle is cycles[-1]:
            verdict = "paused"
        else:
            verdict = "at_risk" if cycle["used"] == BUDGET else "pending"
        verdicts.append((verdict, cycle["started"], cycle["used"]))
    return verdicts


def apart(meanings: Sequence[tuple[int, str, int]], appeal: str = "A") -> list[Row]:
    """Return rows, given the minutes between them; 0 minutes is the same time."""
    minute, rows = 0, []
    for gap, meaning, name in meanings:
        minute += gap
        rows.append(Row(appeal, minute, meaning, name))
    return rows


def has_unclear_pause(rows: Sequence[Row]) -> bool:
    """Whether a reopening and a pause have the same time."""
    over = False
    for _, same in groupby(rows, lambda row: row.minute):
        reopened = False
        for row in same:
            if row.meaning == "open":
                reopened, over = reopened or over, False
            elif row.meaning != "paused":
                reopened, over = False, True
        if reopened and row.meaning == "paused":
            return True
    return False


STEPS = st.tuples(st.integers(1, 20), st.sampled_from(MEANINGS), st.integers(0, 1))
TIED_STEPS = st.tuples(st.sampled_from([0, 0, 1, 12]), st.sampled_from(MEANINGS), st.integers(0, 1))


@PROPERTY
@given(st.lists(STEPS, min_size=1, max_size=8), st.integers(0, 60), st.randoms())
def test_statuses_in_any_order_of_rows(steps: list, later: int, random: Random) -> None:
    rows = apart(steps)
    until = rows[-1].minute + later
    shuffled = random.sample(rows, len(rows))
    events, faults = read(shuffled)
    assert not faults
    assert outcomes_of(events, until).get("A", []) == counted(rows, until)


@PROPERTY
@given(st.lists(TIED_STEPS, min_size=1, max_size=8), st.integers(0, 60), st.booleans())
def test_statuses_at_one_time_in_a_sorted_file(steps: list, later: int, backwards: bool) -> None:
    rows = apart(steps)
    until = rows[-1].minute + later
    rows = list(dict.fromkeys(rows))
    other = [Row("B", 0, "open"), Row("B", 500, "closed")]  # shows how the file is sorted
    given_rows = [*rows, *other]
    events, faults = read(reversed(given_rows) if backwards else given_rows)
    if has_unclear_pause(rows):
        assert {fault.reason for fault in faults} == {"unknown_order"}
        assert len(faults) == len(rows)
        return
    assert not faults
    assert outcomes_of(events, until).get("A", []) == counted(rows, until)


@PROPERTY
@given(st.lists(TIED_STEPS, min_size=2, max_size=8), st.randoms())
def test_an_appeal_whose_order_is_unknown_is_rejected_whole(steps: list, random: Random) -> None:
    rows = list(dict.fromkeys(apart(steps)))
    unsorted = [Row("B", 0, "open"), Row("B", 9, "open", 1), Row("B", 5, "closed")]
    shuffled = random.sample(rows, len(rows))
    minutes = [row.minute for row in shuffled]
    _, faults = read([*unsorted, *shuffled])
    ties = [{row.meaning for row in same} for _, same in groupby(rows, lambda row: row.minute)]
    if minutes not in (sorted(minutes), sorted(minutes, reverse=True)) or len(set(minutes)) == 1:
        expected = any(len(meanings) > 1 for meanings in ties)
        assert [fault.reason for fault in faults] == ["unknown_order"] * len(rows) * expected


def test_a_row_that_returns_at_one_time_may_be_a_repetition() -> None:
    rows = [Row("A", 0, "open"), Row("A", 5, "open"), Row("A", 5, "paused"), Row("A", 9, "open")]
    events, faults = read([*rows, *rows])
    assert not faults
    result = evaluate(events, parse(CONFIG).policy, as_of=START + timedelta(days=1))
    assert result.reconciliation.duplicate == len(events) // 2
    assert outcomes_of(events, 99)["A"] == counted(rows, 99)
    rows.insert(3, rows[1])
    assert {fault.reason for fault in read(rows)[1]} == {"unknown_order"}
    rows[3] = Row("A", 5, "open", 1)
    assert outcomes_of(read(rows)[0], 99)["A"] == counted(rows, 99)


def test_another_agency_is_a_transfer() -> None:
    rows = [Row("A", 0, "open", group="roads"), Row("A", 5, "open", 1, "roads"),
            Row("A", 6, "open", 0, "water"), Row("A", 9, "answered", 0, "")]  # fmt: skip
    events, _ = read(rows)
    assert [(event.type.value, event.agency_id) for event in events] == [
        ("created", "roads"),
        ("edited", "roads"),
        ("transferred", "water"),
        ("replied", None),
    ]
    assert events[-1].author_role == "official"


def test_statuses_that_are_not_mapped_are_listed_with_their_counts() -> None:
    config = CONFIG.replace('"Delayed" = "paused"\n', "").replace('"Archived" = "closed"\n', "")
    rows = [Row("A", 0, "open"), Row("A", 1, "paused", 1), Row("A", 2, "closed"),
            Row("B", 0, "closed")]  # fmt: skip
    with pytest.raises(SourceError) as caught:
        read(rows, config)
    assert str(caught.value) == (
        "log has statuses that are not mapped: 'Archived' (2), 'Delayed' (1); map each under "
        "[values.status] to one of open, paused, answered, closed, or list it under [ignore]"
    )
    ignoring = config + '[ignore]\nstatus = ["Archived", "Delayed"]\n'
    events, faults = read(rows, ignoring)
    assert (len(events), faults) == (1, [])
    named = CONFIG[: CONFIG.index("[values")] + CONFIG[CONFIG.index("[schedule]") :]
    text = json.dumps({"number": "A", "state": "open", "at": START.isoformat()})
    with open_source(BytesIO(text.encode()), parse(named).mapping) as file:
        assert [event.type.value for item in file for event in item] == ["created"]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_watch_refuses_statuses(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(tmp_path, "log.jsonl").write_text(text_of([Row("A", 0, "open")]), "utf-8")
    Path(tmp_path, "log.toml").write_text(CONFIG, "utf-8")
    command = ["watch", str(tmp_path / "log.jsonl"), "--config", str(tmp_path / "log.toml")]
    assert main([*command, "--store", str(tmp_path / "s.db"), "--once", "--lang", lang]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "check" in error
    assert not Path(tmp_path, "s.db").exists()


@pytest.mark.parametrize(("pauses", "noted"), [("true", False), ("false", True)])
def test_pauses_that_stop_no_clock_are_noted(
    pauses: str, noted: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, log = tmp_path / "log.toml", tmp_path / "log.jsonl"
    config.write_text(CONFIG.replace("pauses = true", f"pauses = {pauses}"), encoding="utf-8")
    log.write_text(
        text_of([Row("1", 0, "open"), Row("1", 10, "paused"), Row("1", 120, "answered")]), "utf-8"
    )
    call = [str(log), "--config", str(config), "--as-of", "2026-03-12T12:00Z", "--lang", "en"]
    for command, status in (("check", int(noted)), ("forecast", 0)):
        assert main([command, *call]) == status
        assert ("pauses in the file: 1; they do not stop" in capsys.readouterr().err) is noted
