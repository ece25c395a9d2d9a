"""The error tree: its drawing in the docstring, its builtin base classes, and pickling."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from datetime import date
from pathlib import Path

import pytest

from workhours_sla import errors
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import say, sentence

ROOTS = (errors.WorkHoursError, errors.WorkHoursWarning)
DRAWN = dict(re.findall(r"^ +[├└]── (\w+) *(\w*)$", errors.__doc__ or "", re.MULTILINE))


def test_the_drawing_names_every_error_and_its_builtin_kind() -> None:
    assert {*DRAWN, *(root.__name__ for root in ROOTS)} == set(errors.__all__)
    for name, kind in DRAWN.items():
        bases = [base.__name__ for base in getattr(errors, name).__bases__]
        assert bases == (["WorkHoursError", kind] if kind else ["WorkHoursWarning"])


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.endswith("Error")])
def test_the_facts_of_an_error_survive_pickling(name: str) -> None:
    kind = getattr(errors, name)
    facts = {fact: date(2028, 1, 1) for fact in declared(kind)}
    for error in (kind("what is wrong; what to do", **facts), kind(say("schedule_empty"), **facts)):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (type(again), str(again)) == (kind, str(error))
        assert {fact: getattr(again, fact) for fact in facts} == facts


def test_an_error_has_the_facts_of_its_message_that_its_class_declares() -> None:
    error = errors.SourceError(say("json_fault_after", count=7, why=say("nested_too_deep")))
    assert (error.cause, error.name, error.row) == ("json_fault_after", None, None)
    assert not hasattr(error, "count")
    error = errors.SourceError(say("csv_empty", name="a.csv"), column="posted")
    assert (error.name, error.column, error.facts) == ("a.csv", "posted", {"name": "a.csv"})
    with language("ru"):
        assert sentence(error) != str(error)


def test_an_error_is_given_only_what_its_class_declares() -> None:
    checked = 0
    for path in Path(errors.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in DRAWN:
                known = declared(getattr(errors, ast.unparse(call.func)))
                given = {word.arg for word in call.keywords}
                assert given <= known, f"{path}:{call.lineno}"
                checked += len(given)
    assert checked > 50


def declared(kind: type) -> set[str]:
    return {name for base in kind.__mro__ for name in inspect.get_annotations(base)}


def test_a_message_quotes_a_short_value_whole_and_a_long_one_cut() -> None:
    assert errors.shown("x" * 80) == repr("x" * 80)
    assert errors.shown("x" * 81) == repr("x" * 80 + "…")
    assert errors.shown(["a\nb"]) == r"['a\nb']"
    assert errors.shown(10**5000) == "a value of type int"
