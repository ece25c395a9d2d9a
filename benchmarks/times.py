"""Measure how fast files with times without seconds are read, as a ratio to those with seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from io import BytesIO
from time import process_time

from workhours_sla.config.file import parse_config
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

EVENTS = 200_000
TYPES = ("created", "assigned", "replied", "closed")
START = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=3)))
CASES: dict[str, tuple[str, Callable[[datetime, str], str]]] = {
    "JSON Lines": ('[input]\nformat = "jsonl"', lambda when, unit: when.isoformat(timespec=unit)),
    "CSV": ('[input]\nformat = "csv"', lambda when, unit: when.isoformat(timespec=unit)),
    "CSV, 31.10.2025 17:30": (
        '[input]\nformat = "csv"\ntz = "Europe/Moscow"',
        lambda when, unit: f"{when:%d.%m.%Y %H:%M}" + (":00" if unit == "seconds" else ""),
    ),
}
"""The configuration of each kind of file, and the function that writes its times."""


def times(events: int = EVENTS, turns: int = 5) -> dict[str, dict[str, float]]:
    """Return the seconds of the fastest of several turns for each kind of file."""
    found = {}
    for name, (config, written) in CASES.items():
        files = {unit: _file(config, written, unit, events) for unit in ("seconds", "minutes")}
        best = dict.fromkeys(files, float("inf"))
        for _ in range(turns):
            for unit, content in files.items():
                best[unit] = min(best[unit], _read(config, content, events))
        found[name] = best
    return found


def text(found: dict[str, dict[str, float]], events: int = EVENTS) -> str:
    """Return the results as plain text."""
    lines = ["events a second, times with and without seconds:"]
    for name, one in found.items():
        speeds = "  ".join(f"{events / one[unit]:>9,.0f}" for unit in ("seconds", "minutes"))
        lines.append(f"  {name:<24} {speeds}  {one['seconds'] / one['minutes']:>5.2f}x")
    return "\n".join(lines)


def _file(config: str, written: Callable[[datetime, str], str], unit: str, events: int) -> bytes:
    """Return events of which each has a time of its own, on whole minutes."""
    rows = [
        {
            "event_id": str(number),
            "appeal_id": f"A-{number // 4}",
            "type": TYPES[number % 4],
            "occurred_at": written(START + timedelta(minutes=number), unit),
            "agency_id": f"agency {number % 40}",
        }
        for number in range(events)
    ]
    if "jsonl" in config:
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _read(config: str, content: bytes, events: int) -> float:
    mapping = parse_config(config, "benchmark")
    begin = process_time()
    with open_source(BytesIO(content), mapping) as source:
        count = sum(not isinstance(item, Fault) for item in source)
    seconds = process_time() - begin
    if count != events:
        msg = f"{count} of {events} events were read"
        raise ValueError(msg)
    return seconds
