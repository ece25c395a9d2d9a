"""The random inputs of compare.py: schedules, policies, events, files and commands.

Both checkouts get the same inputs, because nothing here imports the project.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

DAYS = [
    *("2011-12-30", "2018-04-28", "2018-10-27", "2019-08-11", "2020-03-29", "2020-07-01"),
    *("2020-12-26", "2023-02-22", "2024-02-29", "2024-04-27", "2024-12-28", "2027-03-08"),
    *("2027-05-15", "2027-12-29", "2025-03-30", "2025-06-11", "2025-10-26", "2025-10-31"),
    *("2025-12-31", "2026-01-09", "2026-03-06", "2026-03-12", "2026-05-08", "2026-06-15"),
]
"""Dates around transfers, short days, disputed holidays, clock changes, and ends of calendars."""
RECENT = DAYS[-9:]
OFFICE = "Mo-Fr 09:00-13:00,14:00-18:00"
FIVE_DAYS = (
    *(OFFICE, "Mo-Fr 09:00-18:00; Fr 09:00-16:45", "Mo-Fr 22:00-06:00"),
    *("Пн-Пт 9-18; 13:00-14:00 off", "Mo-Fr 09:00-17:00,17:30-18:00"),
    "Mo-Fr 09:00-18:00; Apr-Sep Mo-Fr 08:00-17:00",
)
SIX_DAYS = ("Mo-Sa 10:00-14:00", "Mo-Fr 09:00-17:00; week 1-53/2 Sa 10:00-14:00")
SEVEN_DAYS = ("Mo-Su 08:00-20:00", "Mo-Su 08:00-20:00; PH off", "24/7")
WEEKS = {hours: {"week": 6} for hours in SIX_DAYS} | {hours: {"week": 7} for hours in SEVEN_DAYS}
"""What hours need of a Russian calendar."""
CALENDARS = ["RU-VGG"] * 5 + ["RU", "RU-TA", "RU-BA", "RU-KC", "X-RU-CR", "DE-BY", "none"]
ZONES = ["Europe/Volgograd"] * 5 + ["Europe/Moscow", "Europe/Berlin", "Asia/Kolkata"]
ZONES += ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
BUDGETS = ["4h"] * 8 + ["1h", "90m", "8h", "2h", "40h", "PT4H30M", "1h clock", "9h clock"]
BUDGETS += ["1 working days", "2 working days", "7 working days", "2 working days in hours"]
BUDGETS += ["3 days", "10 days", "30 days", "1 month"]
SAME_TIME = ("2 working days same time", "10 days same time")
OPTIONS: dict[str, Sequence[Any]] = {
    "starts": ("detected", "registered", "assigned", "interim"),
    "stops": ("substantive_reply", "final_reply", "next_reply", ["closed"], ["assigned"]),
    "on_transfer": ("restart", "resume"),
    "on_reopen": ("ignore",),
    "staff_opened": ("wait",),
    "closing": ("strict",),
    "warn_percent": (50, 80),
    "warn": ("0m", "2h", "8h"),
    "pauses": (True,),
}
TYPES = ["replied"] * 8 + ["citizen_message", "paused", "resumed"] * 3 + ["transferred"] * 3
TYPES += ["registered", "assigned", "review", "edited", "closed", "closed", "reopened", "reopened"]
RARE = ["corrected", "deleted", "restored", "duplicate_of", "created", "registered", "assigned"]
MINUTES = (0, 0, 1, 60, 60, 120, 180, 240, 240, 300, 480, 900, 960, 1140, 1440, 4320, 10080)
"""Between two events; of working time they are often exactly a budget."""
DELAYS = (0,) * 12 + (1, 6, 1440, -1, -5, -6, -60)
STATUSES = {"New": "open", "Waiting": "paused", "Solved": "answered", "Archived": "closed"}
RUSSIAN = {"appeal_id": "Номер", "posted_at": "Дата публикации", "answered_at": "Дата ответа"}
RUSSIAN |= {"since": "Дата изменения", "type": "Событие", "occurred_at": "Дата события"}
FORMS = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M")
WRONG = ("", "yesterday", "30.02.2026 10:00", "1")
SAMPLES = Path(__file__).parents[1] / "tests" / "samples"
APPEALS = 10
"""The appeals under one policy, and the questions about one schedule."""


class Chance(Random):
    """The random choices of one input."""

    def maybe(self, percent: int) -> bool:
        """Return True in so many of 100 cases."""
        return self.randrange(100) < percent

    def time(self) -> datetime:
        """Return a time of a wall clock, often on a difficult day, and often a full hour."""
        when = datetime.fromisoformat(self.choice(DAYS)) + timedelta(days=self.randint(-3, 4))
        if self.maybe(30):
            when = datetime.fromisoformat("2017-01-01") + timedelta(days=self.randrange(4050))
        when += timedelta(hours=self.choice((0, *range(8, 19), 20, 23)))
        if self.maybe(30):
            when += timedelta(minutes=self.randrange(60), seconds=self.choice((0, 0, 30)))
        return when + timedelta(microseconds=self.choice((0,) * 18 + (1, -1)))

    def some(self, options: Mapping[str, Sequence[Any]], percent: int) -> dict[str, Any]:
        """Return values of some options."""
        return {name: self.choice(of) for name, of in options.items() if self.maybe(percent)}


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(of)}" for key, of in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def section(head: str, keys: Mapping[str, Any]) -> str:
    """Return a section of a configuration."""
    return f"{head}\n" + "".join(f"{_toml(key)} = {_toml(of)}\n" for key, of in keys.items())


def schedule(chance: Chance) -> dict[str, Any]:
    """Return the keys of a schedule."""
    hours = chance.choice((*FIVE_DAYS, *WEEKS)) if chance.maybe(65) else OFFICE
    keys: dict[str, Any] = {"calendar": chance.choice(CALENDARS), "hours": hours}
    keys["tz"], day = chance.choice(ZONES), chance.choice(DAYS)
    keys |= chance.some({"overrides": ({day: "off"}, {day: "09:00-12:00"}, {day: "22-26"})}, 10)
    keys |= chance.some({"changes": [{day: other} for other in FIVE_DAYS]}, 10)
    if "RU" in keys["calendar"]:
        keys |= chance.some({"week": [6]}, 10) | WEEKS.get(hours, {})
        keys |= chance.some({"days_off": [{"2025-11-05": "Order No 7"}]}, 20)
    return keys


def budget(chance: Chance) -> dict[str, str]:
    """Return the keys of a budget."""
    keys = {"budget": chance.choice(SAME_TIME if chance.maybe(4) else BUDGETS)}
    if re.search(r"\d (days|month)", keys["budget"]):
        keys["roll"] = chance.choice(("following", "preceding", "none"))
    if keys["budget"].endswith(" days") and chance.maybe(30):
        keys["count_from"] = "same_day"
    return keys


def policy(chance: Chance) -> tuple[str, str, str]:
    """Return a configuration of targets, their budgets, and the zone of the first schedule."""
    office = schedule(chance)
    text = section("[schedules.office]", office)
    text += section("[schedules.duty]", schedule(chance))
    by_agency, budgets = chance.maybe(30), []
    for number in range(chance.randint(1, 3)):
        keys: dict[str, Any] = {"name": f"target {number}"} | budget(chance)
        keys |= {"schedule_by": "agency_id"} if by_agency else {"schedule": "office"}
        keys |= chance.some(OPTIONS, 20)
        if keys.get("on_transfer") == "resume" and " " in keys["budget"]:
            del keys["on_transfer"]
        if "pauses" in keys and chance.maybe(40):
            keys["pause_cap"] = chance.choice(("4h", "2 working days", "5h clock"))
        text += section("[[targets]]", keys)
        budgets.append(keys["budget"])
    if by_agency:
        text += '[agencies]\nroads = {schedule = "office"}\nhealth = {schedule = "duty"}\n'
    if chance.maybe(35):
        every = [f"target {number}" for number in range(len(budgets))]
        name, value = chance.choice((("channels", "vk"), ("topics", "road"), ("agencies", "roads")))
        text += section("[[rules]]", {name: [value], "targets": every[:1]})
        text += section("[[rules]]", {"targets": every})
        change = {"on_change": ["from_change"], "on_change_past": ["count", "as_of_change"]}
        text = section("", chance.some(change, 60)) + text
    return text, ", ".join(budgets), office["tz"]


def _life(chance: Chance, appeal: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    when, count = chance.time(), chance.randrange(10)
    for number in range(count + 1):
        kind = chance.choice(RARE if chance.maybe(12) else TYPES) if number else "created"
        kind = "registered" if chance.maybe(1) else kind
        when += timedelta(minutes=chance.choice(MINUTES) if number else 0)
        at = when.replace(tzinfo=zone)
        event = {"event_id": f"{appeal}/{number}", "appeal_id": appeal, "type": kind}
        received = at + timedelta(minutes=chance.choice(DELAYS))
        event |= {"occurred_at": at.isoformat(), "received_at": received.isoformat()}
        staff = () if kind in {"created", "deleted"} else ("official", "official", "system")
        attributes: dict[str, Sequence[Any]] = {
            "author_role": ("citizen", "citizen", "official", *staff),
            "agency_id": ("roads", "roads", "health", "housing"),
            "channel": ("vk", "ok"),
            "topic": ("road",),
            "substantive": (True, False),
            "reason": ("interim",) if kind == "replied" else ("other",),
            "refers_to": [f"{appeal}/{one}" for one in range(count + 1)],
        }
        found.append(event | chance.some(attributes, 90 if kind == "created" else 50))
        if chance.maybe(3):
            found.append(found[-1] | ({"reason": "changed"} if chance.maybe(40) else {}))
    return found


def scene(chance: Chance) -> tuple[str, dict[str, Any]]:
    """Return the budgets of a policy, and the policy, times, and events in order of receipt."""
    text, budgets, tz = policy(chance)
    zone = ZoneInfo(tz)
    events = [event for n in range(APPEALS) for event in _life(chance, f"A{n}", zone)]
    events.sort(key=lambda one: datetime.fromisoformat(one["received_at"]))
    hours = timedelta(hours=chance.choice((0, 0, 1, 4)))
    times = [datetime.fromisoformat(chance.choice(events)["occurred_at"]) + hours for _ in "123"]
    return budgets, {"policy": text, "times": [*map(str, sorted(times))], "events": events}


# -- files and commands --------------------------------------------------------------------------


def _rows(chance: Chance, kind: str, form: str) -> list[dict[str, str]]:
    """Return the rows of a file, some of them wrong."""
    found: list[dict[str, str]] = []
    base = datetime.fromisoformat(chance.choice(RECENT))
    base = base.replace(hour=10, tzinfo=ZoneInfo("Europe/Volgograd"))
    for number in range(chance.choice((1, 3, 30, 60))):
        at = base + timedelta(minutes=chance.choice(MINUTES) + 1440 * (number // 9))
        until = f"{at + timedelta(minutes=chance.choice(MINUTES)):{form}}"
        row = {"appeal_id": f"A-{number if kind == 'appeals' else number // 4}"}
        if kind == "appeals":
            row |= {"posted_at": f"{at:{form}}", "answered_at": until if chance.maybe(75) else ""}
        elif kind == "statuses":
            row |= {"status": chance.choice(list(STATUSES)), "since": f"{at:{form}}"}
        else:
            happened = chance.choice(TYPES) if number % 4 else "created"
            row |= {"type": happened, "occurred_at": f"{at:{form}}"}
            row |= {"author_role": "official" if number % 4 else "citizen"}
        row |= {"agency_id": chance.choice(("roads", "health")), "channel": chance.choice("ab")}
        if chance.maybe(4):
            row[chance.choice(list(row))] = chance.choice(WRONG)
        found += [row] * (2 if chance.maybe(3) else 1)
    return found


def _written(chance: Chance, rows: list[dict[str, str]], form: str) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of a file, and how it is to be read."""
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(), {}
    if form == "json":
        if chance.maybe(50):
            return json.dumps(rows, indent=1).encode(), {}
        return json.dumps({"answer": {"items": rows}}).encode(), {"path": "answer.items[]"}
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    if form == "xlsx":
        book, target = import_module("openpyxl").Workbook(), io.BytesIO()
        for row in table:
            book.worksheets[0].append(row)
        book.save(target)
        return target.getvalue(), {}
    out, delimiter = io.StringIO(), chance.choice(",;\t")
    csv.writer(out, delimiter=delimiter).writerows(table)
    encoding = chance.choice(("utf-8", "cp1251", "utf-8-sig", "utf-16"))
    return out.getvalue().encode(encoding), {"delimiter": delimiter, "encoding": encoding}


def _made(chance: Chance) -> tuple[str, str, bytes, str]:
    kind = chance.choice(("appeals", "events", "statuses"))
    form = chance.choice(("csv", "csv", "jsonl", "json", "xlsx"))
    times = chance.choice(FORMS)
    columns = RUSSIAN if chance.maybe(50) else {}
    rows = [{columns.get(k, k): v for k, v in row.items()} for row in _rows(chance, kind, times)]
    data, keys = _written(chance, rows, form)
    keys |= {"kind": kind} | chance.some({"tz": ZONES[:6], "datetime_format": [times]}, 95)
    text = section("[input]", keys)
    text += section("[columns]", {key: of for key, of in columns.items() if of in rows[0]})
    text += section("[values.status]", STATUSES) if kind == "statuses" else ""
    return f"{form} {kind}", f"rows.{form}", data, text


def _sample(chance: Chance) -> tuple[str, str, bytes, str]:
    path = chance.choice(sorted(SAMPLES.glob("*.*")))
    form = re.sub(r"_.*|\..*", "", path.name.replace("vk_callback", "vkcallback"))
    form = {"vkcallback": "vk_callback", "pos": "csv", "incident": "xlsx"}.get(form, form)
    kind = "appeals" if form in {"jira", "servicenow", "csv", "xlsx"} else "events"
    text = section("[input]", {"format": form, "kind": kind, "tz": "Europe/Volgograd"})
    return f"{path.suffix[1:]} sample", f"rows{path.suffix}", path.read_bytes(), text


def _question(chance: Chance) -> list[str]:
    form = chance.choice(("%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S+03:00"))
    times = [f"{chance.time():{form}}" for _ in "12"]
    if chance.maybe(8):
        times[0] = chance.choice(WRONG)
    verb = chance.choice(("due", "due", "elapsed", "explain", "latest-start", "days"))
    if chance.maybe(10):
        return ["calendar", chance.choice(CALENDARS[:-1]), chance.choice(DAYS)[:4]]
    words = [verb, *(times if verb == "elapsed" else times[:1])]
    words = [verb, *chance.sample(DAYS, 2)] if verb == "days" else words
    keys = schedule(chance) | (budget(chance) if verb != "days" else {})
    keys = {name: of for name, of in keys.items() if isinstance(of, str | int)}
    for name, of in keys.items():
        words += [
            f"--{name.replace('_', '-')}",
            chance.choice(WRONG) if chance.maybe(2) else str(of),
        ]
    words += ["--explain"] if verb != "explain" and chance.maybe(25) else []
    return words + (["--provisional"] if chance.maybe(15) else [])


def case(chance: Chance) -> tuple[str, dict[str, bytes], list[list[str]]]:
    """Return the kind of a file, the file and its configuration, and commands to run."""
    sampled = chance.maybe(25)
    kind, name, data, text = _sample(chance) if sampled else _made(chance)
    if chance.maybe(12):
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.choice((b"", b"\xff", b'"', data[place + 9 :]))
        kind = f"broken {kind}"
    target = []
    if chance.maybe(60):
        text = policy(chance)[0] + text
        target = ["--target", "target 0"]
    as_of = ["--as-of", f"{'2026-03-12' if sampled else chance.choice(RECENT)}T15:30+03:00"]
    config = [name, "--config", "rows.toml"]
    options = chance.choice(([], ["--all"], ["--explain"], ["--strict"]))
    commands = [["check", *config, *as_of, *options]]
    commands += [["report", *config, *as_of, *target], ["check", name, *as_of], ["init", name]]
    commands += [["forecast", *config, *as_of, "--days", "3"], _question(chance), _question(chance)]
    watch = ["--store", "s.db", "--sink", "out.jsonl", "--clock", "events", "--once"]
    commands += [["watch", *config, *watch]] if name == "rows.jsonl" else []
    return kind, {name: data, "rows.toml": text.encode()}, commands
