"""The answers of one checkout to the inputs of compare_inputs.py, as a line of JSON for each.

    PYTHONPATH=CHECKOUT/src:. python -m tools.compare_answers PART SEED SIZE ORDERS

Only public names are used, and a name that is missing is an answer, so that any two checkouts can
be compared.
"""

from __future__ import annotations

import inspect
import io
import json
import re
import runpy
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from tools import compare_inputs as inputs
from tools.compare_inputs import APPEALS, Chance, section

SCRUBBED = re.compile(r'(?<="policy_version":)\s*"[^"]*"|(?<=0x)[0-9a-f]{6,}')
"""What differs between checkouts that answer the same; policy versions name classes."""


class Room:
    """The public names of a module, which may be missing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.name), name)


W, JSON = Room("workhours_sla"), Room("workhours_sla.json")
COLUMNS, CONFIG = Room("workhours_sla.columns"), Room("workhours_sla.config")

MISSING = "missing"
CHUNK, ROWS, FILES, SPAN = 5000, 40, 50, 200 * 86_400_000_000
MODULES = ["columns", "config", "errors", "files", "frames", "json"]
MODULES += ["plots", "report", "spark", "sql", "stream"]
CHANGED: dict[str, Callable[[Any], Any]] = {
    "as known": lambda days: days.as_known(date(2023, 1, 23)),
    "no presidential days": lambda days: days.without(W.Layer.PRESIDENTIAL),
    "by rule": lambda days: days.provisional(),
    "off in any": lambda days: W.days_off_in_any(days, W.Calendar.get("RU-TA")),
    "working in any": lambda days: W.working_in_any(days, W.Calendar.get("RU-KC")),
}
PLACES = ("next_opening", "next_closing", "previous_opening", "previous_closing")
EDGES = [(name, {"inclusive": inclusive}) for name in PLACES for inclusive in (True, False)]
Line: TypeAlias = tuple[str, str, Any, Any]
"""The id, the kind, the input and its answer."""


def _plain(value: Any) -> Any:
    """Return a value as JSON; an object has all its public attributes."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str | float | date | timedelta | ZoneInfo):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(map(str, value))
    if isinstance(value, Sequence) and not hasattr(value, "_fields"):
        return [_plain(one) for one in value]
    kind: Any = type(value)
    return {name: _plain(getattr(value, name)) for name in _attributes(kind)}


@cache
def _attributes(kind: type) -> list[str]:
    names = {*dir(kind), *getattr(kind, "__match_args__", ())} - {"policy_version"}
    return sorted(n for n in names if n[0] != "_" and not callable(getattr(kind, n, None)))


def _answer(ask: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        return _plain(ask(*arguments, **options))
    except (AttributeError, ImportError) as error:
        return {"error": MISSING, "message": str(error)}
    except Exception as error:  # noqa: BLE001 - an error of any kind is an answer
        facts = [getattr(error, one, None) for one in ("date", "earliest", "latest")]
        return {"error": type(error).__name__, "message": str(error), "facts": _plain(facts)}


# -- the parts -----------------------------------------------------------------------------------


def _scenes(ask: Callable[..., Any], name: str, seed: int, size: int) -> Iterator[Line]:
    for number in range(max(size // APPEALS, 1)):
        chance = Chance(f"{seed} {name} {number}")
        budgets, scene = inputs.scene(chance)
        yield str(number), budgets, [*scene.values()], _answer(ask, chance, **scene)


def _read(
    policy: str, events: list[Any], times: list[str]
) -> tuple[Any, list[Any], list[datetime]]:
    at = datetime.fromisoformat
    instants = ({name: at(one[name]) for name in ("occurred_at", "received_at")} for one in events)
    found = [W.Event(**one | of) for one, of in zip(events, instants, strict=True)]
    return CONFIG.parse(policy).policy, found, [*map(at, times)]


def _judged(chance: Chance, **scene: Any) -> Any:
    policy, events, times = _read(**scene)
    options: dict[str, Any] = {"provisional": True} if chance.maybe(20) else {}
    options |= {"known_at": times[1]} if chance.maybe(20) else {}
    found = {str(one): _answer(W.evaluate, events, policy, as_of=one, **options) for one in times}
    first = [event for event in events if event.appeal_id == "A0"]
    found["spans"] = _answer(W.holder_spans, first, policy.targets[0], as_of=times[-1])
    written = W.evaluate(first, policy, as_of=times[-1]).outcomes
    return found | {"json": [JSON.to_json(one) for one in written]}


def _watched(chance: Chance, orders: int, **scene: Any) -> Any:
    policy, events, times = _read(**scene)
    given = {"received": events, "shuffled": chance.sample(events, len(events))}
    given["reversed"] = events[::-1]
    for number in range(3, orders):
        given[f"shuffled {number}"] = chance.sample(events, len(events))
    found: dict[str, Any] = {}
    for order, of in given.items():
        monitor, changes, size = W.Monitor(policy), [], chance.choice((1, 3, 1000))
        for number in range(0, len(of), size):
            changes += monitor.apply(of[number : number + size])
            if order == "received":
                changes += monitor.advance(of[number].received_at - timedelta(minutes=5))
            if chance.maybe(3):
                monitor = W.Monitor.restore(policy, monitor.snapshot())
        found[order] = [*changes, *monitor.advance(times[-1]), monitor.next_at]
        found[f"{order}, at last"] = monitor.evaluate(times[-1])
    return found


@lru_cache(6)
def _schedule(text: str, change: str = "") -> Any:
    found = CONFIG.parse(text).schedules["default"]
    if change:
        found = W.Schedule(CHANGED[change](found.calendar), found.hours, tz=found.tz)
    return found


def _verbs(seed: int, size: int) -> Iterator[Line]:
    yield from _calendars()
    for number in range(size):
        of = Chance(f"{seed} schedule {number // FILES}")
        keys, change = inputs.schedule(of), of.choice([*CHANGED, *[""] * 6])
        text = section("[schedule]", keys)
        chance = Chance(f"{seed} verbs {number}")
        start = chance.time().replace(tzinfo=ZoneInfo(keys["tz"]))
        hops = [chance.choice(inputs.MINUTES) * chance.choice((-1, 1, 7)) for _ in "12"]
        times = [start, *(start + timedelta(minutes=hop) for hop in hops)]
        budget = inputs.budget(chance)
        asked = [text, budget, [*map(str, times)]]
        found = _answer(_asked, chance, (text, change), budget, times)
        yield str(number), " ".join((*budget.values(), change)), asked, found


def _asked(chance: Chance, of: Any, given: dict[str, str], times: list[datetime]) -> Any:
    schedule, (start, end, other) = _schedule(*of), times
    budget = _budget(given)
    options: dict[str, Any] = {"provisional": True} if chance.maybe(20) else {}
    pauses = {"pauses": [(start, other)] if chance.maybe(50) and start < other else []}
    asks: list[tuple[str, tuple[Any, ...], dict[str, Any]]]
    asks = [(name, (start, budget), pauses) for name in ("deadline", "breaches_after")]
    asks += [("elapsed", (start, end), pauses), ("latest_start", (start, budget), {})]
    asked = "as_of" if "as_of" in inspect.signature(schedule.remaining).parameters else "now"
    asks += [("remaining", (start, budget), {asked: end}), ("is_working", (start,), {})]
    asks += [(name, (start,), more) for name, more in EDGES]
    asks += [("intervals", (start, start + timedelta(days=4)), {})]
    asks += [("explain", (start, budget), pauses)] * chance.maybe(20)
    found = [[n, _answer(_called, schedule, n, of, options | more)] for n, of, more in asks]
    return [*found, JSON.to_json(schedule)]


def _budget(given: Mapping[str, Any]) -> Any:
    return W.parse_budget(given["budget"], **{k: of for k, of in given.items() if k != "budget"})


def _called(schedule: Any, name: str, of: Sequence[Any], options: dict[str, Any]) -> Any:
    found = getattr(schedule, name)(*of, **options)
    return found if name != "explain" else [JSON.to_json(found), found.text(), found.text("ru")]


def _calendars() -> Iterator[Line]:
    for name in sorted(one.id for one in W.Calendar.available("RU")):
        for week in (5, 6, 7) if name in {"RU", "RU-TA"} else (5,):
            for year in range(2004, 2029):
                yield f"{name} {week} {year}", "calendar", "", _answer(_year, name, week, year)


def _year(name: str, week: int, year: int) -> Any:
    days = W.Calendar.get(name).with_week(week)
    special = [[str(day), of.describe("ru")] for day, of in days.special_days(year).items()]
    every = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    kinds = ["-+"[days.is_working_day(day)] if days.knows(day) else "?" for day in every]
    return ["".join(kinds), special, [*map(str, days.uncertain(year))]]


def _columns(seed: int, size: int) -> Iterator[Line]:
    np = import_module("numpy")
    rows = np.arange(CHUNK)
    for number in range(max(size * ROWS // CHUNK, 1)):
        chance = Chance(f"{seed} columns {number}")
        schedules = [section("[schedule]", inputs.schedule(chance)) for _ in "12"]
        steps = [chance.choice((60_000_000, 60_000_001)) * chance.randrange(5000) for _ in "12"]
        starts = np.datetime64(chance.choice(inputs.DAYS), "us") + rows * steps[0] % SPAN
        ends, budget = starts[::-1] + steps[1], inputs.budget(chance)
        options = {"tz": "UTC", "on_unknown": "mark", "codes": rows % len(schedules)}
        asked = [schedules, str(starts[0]), steps]
        found = _answer(_solved, schedules, budget, (starts, ends), options)
        yield str(number), " ".join(budget.values()), asked, found


def _solved(texts: list[str], given: dict[str, str], times: Any, options: dict[str, Any]) -> Any:
    schedules, budget, (starts, _) = [*map(_schedule, texts)], _budget(given), times
    asks: list[tuple[str, tuple[Any, ...], dict[str, Any]]]
    asks = [(name, (starts, budget), {}) for name in ("deadline", "breaches_after")]
    if " " not in given["budget"]:  # of days it is searched for row by row
        asks += [("latest_start", (starts, budget), {})]
    asks += [("elapsed", times, {}), ("is_working", (starts,), {})]
    asks += [(name, (starts,), more) for name, more in EDGES]
    return [[n, _answer(_numbers, n, (schedules, *of), options | more)] for n, of, more in asks]


def _numbers(name: str, of: Sequence[Any], options: dict[str, Any]) -> Any:
    values, *marks = getattr(COLUMNS, name)(*of, **options)
    return [
        str(values.dtype),
        values.astype("i8").tolist(),
        *(m.nonzero()[0].tolist() for m in marks),
    ]


def _run(*arguments: str) -> dict[str, Any]:
    """Run a command in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in "12"]
    found: dict[str, Any] = {"status": None}
    sys.argv = ["workhours", *arguments]
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        try:
            runpy.run_module("workhours_sla", run_name="__main__")
        except SystemExit as ended:
            found["status"] = ended.code
    for name, stream in zip(("out", "err"), streams, strict=True):
        stream.seek(0)
        found[name] = SCRUBBED.sub("", stream.read())
    return found


def _files(seed: int, size: int, ways: Sequence[Sequence[str]]) -> Iterator[Line]:
    for number in range(max(size // FILES, 1)):
        kind, files, commands = inputs.case(Chance(f"{seed} files {number}"))
        for way in ways:
            with TemporaryDirectory() as folder, chdir(folder):
                for name, data in files.items():
                    Path(name).write_bytes(data)
                for place, words in enumerate(commands):
                    options = [] if words[0] == "init" and way == ["--json"] else way
                    found = _answer(_run, *words, *options)
                    for sink in Path().glob("out*"):
                        found["sink"] = SCRUBBED.sub("", sink.read_text(encoding="utf-8"))
                    asked = [" ".join((*words, *options)), files["rows.toml"].decode()]
                    yield f"{number}.{place} {' '.join(options)}", kind, asked, found


def _texts(seed: int, size: int) -> Iterator[Line]:
    for command, _ in _commands():
        for lang in ("en", "ru"):
            words = [*command.split()[1:], "--lang", lang, "--help"]
            lines = re.sub(r"\n {9,}| {2,}", " ", _run(*words)["out"])  # an option per line
            yield f"{command} {lang}", "help", "", lines
    yield from _files(seed, size, [["--lang", "en"], ["--lang", "ru"]])


def _commands(path: str = "workhours") -> Iterator[tuple[str, str]]:
    """Yield each command with its help."""
    text = _run(*path.split()[1:], "--lang", "en", "--help")["out"]
    yield path, text
    for name in re.findall(r"^  ([a-z][a-z-]+)  ", text.partition("\nOptions:")[2], re.MULTILINE):
        yield from _commands(f"{path} {name}")


def _public(*_: int) -> Iterator[Line]:
    for module in ("workhours_sla", *(f"workhours_sla.{name}" for name in MODULES)):
        names = _answer(getattr, Room(module), "__all__")
        for name in names if isinstance(names, list) else ():
            yield f"{module}.{name}", "name", "", _answer(_outline, Room(module), name)
    for command, text in _commands():
        for option in re.split(r"\n  (?=-)", text.partition("\nOptions:")[2])[1:]:
            words = option.partition("\n\n")[0].split()
            yield f"{command} {words[0].strip(',')}", "option", "", " ".join(words)
    schema = _answer(CONFIG.config_schema)
    for path, facts in _keys(schema.get("$defs", {}), schema, "key"):
        yield path, "key", "", facts


def _outline(owner: Any, name: str) -> Any:
    """Return the parameters of a function, or those of the methods of a class."""
    value = getattr(owner, name)
    found: dict[str, Any] = {}
    if inspect.isfunction(value) or inspect.ismethod(value) or isinstance(value, type):
        found["parameters"] = _answer(_parameters, value)
    if isinstance(value, type):
        found["bases"] = [one.__name__ for one in value.__mro__ if one.__module__ == "builtins"]
        found |= {one: _outline(value, one) for one in dir(value) if one[0] != "_"}
    return found


def _parameters(value: Any) -> list[list[str]]:
    of = inspect.signature(value).parameters.values()
    return [[one.name, one.kind.name, SCRUBBED.sub("", repr(one.default))] for one in of]


def _keys(defs: Mapping[str, Any], node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path of each key of a schema, and what is said of it."""
    node = node | defs.get(node.get("$ref", "").rpartition("/")[2], {})
    inner = {"properties", "items", "additionalProperties", "anyOf", "$defs", "$ref", "title"}
    yield path, {name: of for name, of in node.items() if name not in inner}
    below = [(f"{path}.{name}", of) for name, of in node.get("properties", {}).items()]
    below += [
        (f"{path}[]", node[name]) for name in ("items", "additionalProperties") if name in node
    ]
    below += [(f"{path}|{number}", of) for number, of in enumerate(node.get("anyOf", ()))]
    for name, of in below:
        if isinstance(of, dict):
            yield from _keys(defs, of, name)


PARTS: dict[str, Callable[[int, int], Iterator[Line]]] = {
    "evaluate": partial(_scenes, _judged, "evaluate"),
    "verbs": _verbs,
    "columns": _columns,
    "files": partial(_files, ways=[["--json"]]),
    "text": _texts,
    "public": _public,
}


def main(part: str, seed: str, size: str, orders: str) -> None:
    """Print the lines of a part."""
    warnings.simplefilter("ignore")
    lines: Any = PARTS.get(part) or partial(_scenes, partial(_watched, orders=int(orders)), part)
    for line in lines(int(seed), int(size)):
        print(json.dumps(line, ensure_ascii=False, sort_keys=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
