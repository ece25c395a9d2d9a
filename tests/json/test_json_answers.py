"""An answer with a trace is the same as without one."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from workhours_sla.cli.main import main

BUDGETS = ("4h", "160h", "7 working days", "30 days", "9h clock")
OFFICES = {
    "region": ("--calendar=RU-VGG", "--hours=Mo-Fr 09:00-13:00,14:00-18:00"),
    "uncertain": ("--calendar=RU-BA", "--hours=Mo-Fr 09:00-18:00"),
    "nights": ("--calendar=RU-VGG", "--hours=Mo-Fr 20:00-08:00"),
    "germany": ("--calendar=DE", "--hours=Mo-Fr 09:00-17:00", "--tz=Europe/Berlin"),
}


@pytest.mark.parametrize("office", OFFICES)
@pytest.mark.parametrize("command", ["due", "elapsed", "latest-start"])
def test_explain_adds_a_trace_and_changes_nothing_else(
    command: str, office: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(f"{command} {office}")
    answered = 0
    for _ in range(12):
        start = datetime(2019, 12, 20) + timedelta(minutes=chance.randrange(60 * 24 * 365 * 9))
        end = start + timedelta(minutes=chance.randint(-50_000, 200_000))
        times = [f"{start:%Y-%m-%dT%H:%M}", f"{end:%Y-%m-%dT%H:%M}"]
        budget = chance.choice(BUDGETS)
        asked: list[Any] = [command, *times[: 2 if command == "elapsed" else 1], *OFFICES[office]]
        if command != "elapsed":
            asked += ["--budget", budget, *(["--roll=following"] if budget == "30 days" else [])]
        asked += ["--json", *(["--provisional"] if chance.random() < 0.5 else [])]
        main(asked)
        plain = capsys.readouterr().out
        if main([*asked, "--explain"]):  # where a trace is refused, an answer may be certain
            capsys.readouterr()
            continue
        traced = json.loads(capsys.readouterr().out)
        trace = traced.pop("trace")
        assert json.loads(plain) == traced
        if command != "elapsed":
            assert trace["end"] == traced["due_at"]
        answered += 1
    assert answered


@pytest.mark.parametrize("words", ["due", "elapsed", "latest-start", "due --now=2025-12-30T12:00"])
def test_the_text_of_a_command_is_within_its_explanation(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = words.split()
    times = ["2025-12-30T10:00", "2025-12-30T12:00"][: 2 if command == "elapsed" else 1]
    asked = [command, *times, "--calendar=RU-VGG", "--budget=4h", *options]
    assert main([*asked, "--explain"]) == 0
    explained = capsys.readouterr().out
    assert main(asked) == 0
    plain = capsys.readouterr().out.splitlines()
    assert [line for line in explained.splitlines() if not line.startswith("  ")] == plain
