"""Run working-time cases gathered from other libraries' suites, given as a JSON file.

    python tests/peer_cases.py CASES.json

Each case has a schedule (hours of weekdays, holidays, overrides and breaks of dates), an operation,
the other library's ``expected`` answer, and a ``reference`` answer by the definition. The script
prints how many cases ran, how many agree with the reference, and each case that does not.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from workhours_sla import Calendar, Schedule
from workhours_sla.worktime.hours import parse_shifts
from workhours_sla.worktime.shifts import Shift, format_shifts, merge_shifts

Case = dict[str, Any]
YEARS = range(2005, 2031)


def hours_text(ranges: list[list[str]]) -> str:
    return ",".join(f"{start}-{end}" for start, end in ranges) or "off"


def without_breaks(hours: str, breaks: list[list[str]]) -> str:
    left = list(merge_shifts(parse_shifts(hours)))
    for gap in parse_shifts(hours_text(breaks)):
        pieces = []
        for shift in left:
            pieces += [
                (shift.start, min(shift.end, gap.start)),
                (max(shift.start, gap.end), shift.end),
            ]
        left = [Shift(start, end) for start, end in pieces if start < end]
    return format_shifts(left)


def dates_of(key: str) -> list[date]:
    """Return the date of a key; a key MM-DD is a date in each year."""
    if len(key) == len("MM-DD"):
        return [date.fromisoformat(f"{year}-{key}") for year in YEARS]
    return [date.fromisoformat(key)]


def schedule_of(case: Case) -> Schedule:
    week = {day.title()[:2]: hours_text(ranges) for day, ranges in case["schedule"].items()}
    hours = "; ".join(f"{day} {text}" for day, text in week.items()) or "off"
    holidays = [day for key in case["holidays"] for day in dates_of(key)]
    overrides = {
        day: hours_text(ranges)
        for key, ranges in case["overrides"].items()
        for day in dates_of(key)
    }
    if case.get("holiday_beats_override"):
        overrides = {day: text for day, text in overrides.items() if day not in holidays}
    for key, breaks in case.get("breaks", {}).items():
        for day in dates_of(key):
            usual = "off" if day in holidays else week.get(f"{day:%a}"[:2], "off")
            overrides[day] = without_breaks(overrides.get(day, usual), breaks)
    return Schedule(Calendar.plain(holidays), hours, tz=case["time_zone"], overrides=overrides)


def answer(case: Case) -> object:
    schedule = schedule_of(case)
    args = {
        name: datetime.fromisoformat(value) if isinstance(value, str) else timedelta(seconds=value)
        for name, value in case["args"].items()
    }
    match case["op"]:
        case "elapsed":
            return schedule.elapsed(args["start"], args["end"]) / timedelta(seconds=1)
        case "deadline":
            return schedule.deadline(args["start"], args["seconds"])
        case "subtract":
            return schedule.latest_start(args["end"], args["seconds"])
        case "is_open":
            return schedule.is_working(args["at"])
        case "next_open":
            return schedule.next_opening(args["at"])
    raise ValueError(case["op"])


def agrees(case: Case, got: object) -> bool:
    wanted = case["reference"]
    if isinstance(got, datetime):
        return got == datetime.fromisoformat(wanted)
    if isinstance(got, float):
        return abs(got - wanted) < 1e-6
    return bool(got == wanted)


def main() -> int:
    cases = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["cases"]
    counts: Counter[str] = Counter()
    for case in cases:
        counts["ran"] += 1
        got = answer(case)
        if agrees(case, got):
            counts["agree"] += 1
        else:
            zero = case["args"].get("seconds") == 0
            counts["zero spans" if zero else "differ"] += 1
            print(
                f"{case['id']} {case['source']} {case['op']} {case['args']}: got {got}, reference "
                f"{case['reference']}, peer {case['expected']} ({case.get('note', 'no note')})"
            )
    print(dict(counts))
    return 1 if counts["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
