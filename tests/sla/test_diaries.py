"""The diaries of ``diaries.txt`` have the outcomes and holders that were worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.diaries import HOURS, S8, S9, VOLGOGRAD, judge, life, phases, target
from workhours_sla import ClockTime, Layer, Schedule, Target, WorkingDays, working_hours

SCHEDULES = {
    "S8": S8,
    "S9": S9,
    "WEEK": Schedule(
        VOLGOGRAD,
        "Mo 10:00-14:00,15:00-19:00; Tu-Th 09:00-13:00,14:00-18:00; Fr 09:00-13:00,14:00-16:45",
    ),
    "SCHOOL": Schedule(VOLGOGRAD.with_week(6), "Mo-Fr 08:00-15:00; Sa 08:00-13:00"),
    "DUTY_2021": Schedule(
        VOLGOGRAD,
        HOURS,
        overrides=dict.fromkeys([date(2021, 5, 4), date(2021, 5, 5)], "10:00-12:00"),
    ),
    "NO_DECREE": Schedule(VOLGOGRAD.without(Layer.PRESIDENTIAL), HOURS),
    "BEFORE_2023": Schedule(VOLGOGRAD.as_known(date(2023, 1, 23)), HOURS),
    "SINCE_2023": Schedule(VOLGOGRAD.as_known(date(2023, 1, 24)), HOURS),
}
_, *CASES = Path(__file__).with_name("diaries.txt").read_text("utf-8").split("\n== ")


def budget(text: str) -> Any:
    if text.endswith("_days"):
        return WorkingDays(int(text.removesuffix("_days")))
    hours = int(text.removesuffix("_clock").removesuffix("h"))
    return ClockTime(timedelta(hours=hours)) if text.endswith("_clock") else working_hours(hours)


def target_of(words: str) -> Target:
    name, *options = words.split()
    found: dict[str, Any] = {}
    for option in options:
        key, is_pair, value = option.partition("=")
        if key in ("budget", "pause_cap"):
            found[key] = budget(value)
        elif key == "schedule":
            found[key] = SCHEDULES[value]
        elif "," in value:
            found[key] = frozenset(filter(None, value.split(",")))
        else:
            found[key] = value if is_pair else True
    return target(name, **found)


@pytest.mark.parametrize("case", CASES, ids=[case.partition("\n")[0] for case in CASES])
def test_a_diary_has_the_outcomes_worked_out_by_hand(case: str) -> None:
    _, *lines = [line for line in case.split("\n") if line and not line.startswith("#")]
    diary, *questions = "\n".join(lines).split("\n? ")
    events = life("A-1", *diary.split("\n"))
    for question in questions:
        asked, *answers = question.split("\n")
        as_of, _, many = asked.partition(" first ")
        wanted = {words: said for words, _, said in (one.partition(": ") for one in answers)}
        spans = wanted.pop("spans", None)
        targets = [target_of(words) for words in wanted]
        known = events[: int(many or len(events))]
        names = [words.split()[0] for words in wanted]
        found = dict(zip(names, wanted.values(), strict=True))
        assert judge(known, as_of, *targets) == {n: s for n, s in found.items() if s != "none"}
        if spans is not None:
            worked = phases(known, as_of, targets[0])
            assert [f"{phase} {holder or '-'} {time}" for phase, holder, time in worked] == (
                spans.split(", ")
            )
