"""Arguments of a wrong type: every example of a docstring is run with them."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import linecache
import math
import pickle
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import workhours_sla
from workhours_sla import (
    Event,
    Policy,
    Schedule,
    Target,
    WorkHoursError,
    WorkingDays,
    evaluate,
    holder_spans,
    parse_budget,
)
from workhours_sla.errors import ArgumentError, EventError
from workhours_sla.module_names import DEFINED_IN
from workhours_sla.sla.event import EVENT_FIELDS

SOURCES = Path(workhours_sla.__file__).parent
WRONG = (None, 5, "x", math.nan, -1, [], {}, b"x", True, object())
QUICK = {"": 2_500, ".config": 10, ".files": 100, ".json": 30}
SLOW = {".report": 1_000, ".stream": 250}
"""The facades, and the least number of mutations of the examples of each."""
METHODS = {
    *("amend", "as_known", "add_working_days", "count_working_days", "days", "diff"),
    *("deadline", "breaches_after", "elapsed", "remaining", "latest_start", "explain"),
    *("is_working", "next_opening", "next_closing", "intervals", "with_week", "with_workdays"),
}
"""The methods of calendars and schedules that users call with values of their own."""
PROTOCOLS = {("Delivery", 0), ("DigestLines", 1), ("Pipeline", 0)}
"""Arguments whose type is a protocol, which has no cheap check: class and position."""
NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
OFFICE = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
TARGET = Target("first reply", timedelta(hours=4), OFFICE)


class Mutation(NamedTuple):
    """An example in which the argument of one call is ``wrong``, and the examples around it."""

    place: str
    before: list[str]
    code: Any
    after: list[str]
    names: dict[str, Any]


def documented(facade: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public values of a facade that have examples, and the members of its classes."""
    for name in facade.__all__:
        value = getattr(facade, name)
        members = [getattr(value, one) for one in dir(value) if not one.startswith("_")]
        for one in [value, *(members if inspect.isclass(value) else ())]:
            if ">>> " in (getattr(one, "__doc__", None) or ""):
                yield name, one


def names_for(value: Any, public: dict[str, Any]) -> dict[str, Any]:
    """Return the names that the examples of a value can use: those of its module."""
    inner = inspect.unwrap(getattr(value, "fget", None) or getattr(value, "__func__", value))
    home = getattr(inner, "__module__", None) or "workhours_sla"
    if inspect.isclass(inner):
        home = DEFINED_IN.get(f"{home}.{inner.__qualname__}", home)
    names = getattr(inner, "__globals__", None) or vars(importlib.import_module(home))
    functions = {name: one for name, one in public.items() if inspect.isroutine(one)}
    return {**names, **functions, "__name__": "__main__"}


def is_checked(call: ast.Call, public: dict[str, Any]) -> bool:
    """Whether a call is of a public function, class or method; records and enums take anything."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in METHODS
    value = public.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if inspect.isclass(value):
        return not issubclass(value, tuple | Enum | Exception)
    return callable(value)


def mutations(facade: str) -> Iterator[Mutation]:
    module = importlib.import_module(facade)
    public = {name: getattr(module, name) for name in module.__all__}
    for name, value in documented(module):
        sources = [one.source for one in doctest.DocTestParser().get_examples(value.__doc__)]
        names = names_for(value, public)
        for number, source in enumerate(sources):
            tree = ast.parse(source)
            calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
            for call in calls:
                called = ast.unparse(call.func)
                arguments = [(call.args, place) for place in range(len(call.args))]
                arguments += [(keyword, "value") for keyword in call.keywords if keyword.arg]
                for holder, place in arguments if is_checked(call, public) else ():
                    if (called, place) in PROTOCOLS:
                        continue
                    was = holder[place] if isinstance(holder, list) else holder.value
                    put(holder, place, ast.Name("wrong", ast.Load()))
                    code = compile(
                        ast.fix_missing_locations(ast.Interactive(tree.body)), "<example>", "single"
                    )
                    put(holder, place, was)
                    where = f"{called}(... {ast.unparse(was)} ...) of {name}"
                    yield Mutation(where, sources[:number], code, sources[number + 1 :], names)


def put(holder: Any, place: Any, node: ast.expr) -> None:
    if isinstance(holder, list):
        holder[place] = node
    else:
        holder.value = node


def run(code: Any, names: dict[str, Any]) -> None:
    with redirect_stdout(StringIO()):
        exec(code if not isinstance(code, str) else compile(code, "<example>", "single"), names)  # noqa: S102


def fault_of(mutation: Mutation, names: dict[str, Any]) -> str | None:
    """Return what another than a ``raise`` of the package refused, None if all is well."""
    try:
        run(mutation.code, names)
        for source in mutation.after:
            run(source, names)
    except Exception as error:  # noqa: BLE001 - any
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        path, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        if path == "<example>" or isinstance(error, OSError):  # the call returned; a file "x"
            return None
        is_ours = Path(path).is_relative_to(SOURCES)
        if not is_ours or not linecache.getline(path, line).strip().startswith("raise"):
            return f"{mutation.place} with {names['wrong']!r}: {error!r} in {path}:{line}"
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("facade", "least"),
    [*QUICK.items(), *(pytest.param(*one, marks=pytest.mark.slow) for one in SLOW.items())],
)
def test_no_argument_of_an_example_raises_a_foreign_error(
    facade: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numpy")
    monkeypatch.chdir(tmp_path)
    faults, count = set(), 0
    for one in mutations(f"workhours_sla{facade}"):
        names = dict(one.names)
        for source in one.before:
            run(source, names)
        for wrong in WRONG:
            count += 1
            faults.add(fault_of(one, {**names, "wrong": wrong}))
    assert faults <= {None}
    assert count >= least


def event(**wrong: Any) -> Event:
    right = {"event_id": "1", "appeal_id": "A-1", "type": "created"}
    return Event(**{**right, "occurred_at": NOON, "received_at": NOON, **wrong})


@pytest.mark.parametrize("name", [one.name for one in EVENT_FIELDS])
def test_a_field_of_an_event_has_its_type(name: str) -> None:
    for wrong in (5, math.nan, [], b"x"):
        with pytest.raises(EventError, match=name if name != "type" else "event type"):
            event(**{name: wrong})


REFUSED = {
    "substantive of Event is 'false'; give bool or None": lambda: event(substantive="false"),
    "text of parse_budget is None; give str": lambda: parse_budget(None),
    "policy of evaluate is Target": lambda: evaluate([], TARGET, as_of=NOON),
    "events of evaluate is .*; give Iterable.Event.": lambda: evaluate(
        [{"event_id": "1"}], Policy([TARGET]), as_of=NOON
    ),
    "calendar of Schedule is 5; give Calendar, str or None": lambda: Schedule(
        5, "Mo-Fr 09:00-18:00"
    ),
    "budget of Target is '4h'; give timedelta, DayBudget": lambda: Target("x", "4h", OFFICE),
    "first of Calendar.days is datetime": lambda: OFFICE.calendar.days(NOON, NOON),
    "count of Calendar.add_working_days is 1.5": lambda: OFFICE.calendar.add_working_days(
        NOON.date(), 1.5
    ),
    "'2025-03-12' is not a datetime": lambda: OFFICE.deadline("2025-03-12", WorkingDays(1)),
    "no cycle -1; the cycles": lambda: holder_spans([event()], TARGET, as_of=NOON, cycle=-1),
    "no language 'fr'; use en or ru": lambda: OFFICE.explain(NOON, timedelta(hours=1)).text("fr"),
}


@pytest.mark.parametrize("says", REFUSED)
def test_a_wrong_argument_is_named_with_its_value_and_what_to_give(says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{says}"):
        REFUSED[says]()


def test_an_empty_time_of_pandas_is_named() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(EventError, match="occurred_at of event '1' is NaT; give an aware datetime"):
        event(occurred_at=pandas.NaT)


def test_a_checked_function_keeps_its_name_and_signature() -> None:
    assert pickle.loads(pickle.dumps(evaluate)) is evaluate  # noqa: S301
    assert [*inspect.signature(parse_budget).parameters] == ["text", "roll", "count_from"]
    with pytest.raises(ArgumentError) as caught:
        evaluate(5, Policy([TARGET]), as_of=NOON)
    assert isinstance(caught.value, WorkHoursError)
