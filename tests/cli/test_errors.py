"""The error tree: its drawing in the docstring, its builtin base classes, and pickling."""

from __future__ import annotations

import pickle
import re

import pytest

from workhours_sla import errors

ROOTS = (errors.WorkHoursError, errors.WorkHoursWarning)
DRAWN = dict(re.findall(r"^ +[├└]── (\w+) *(\w*)$", errors.__doc__ or "", re.MULTILINE))


def test_the_drawing_names_every_error_and_its_builtin_kind() -> None:
    assert {*DRAWN, *(root.__name__ for root in ROOTS)} == set(errors.__all__)
    for name, kind in DRAWN.items():
        bases = [base.__name__ for base in getattr(errors, name).__bases__]
        assert bases == (["WorkHoursError", kind] if kind else ["WorkHoursWarning"])


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.endswith("Error")])
def test_the_facts_of_an_error_survive_pickling(name: str) -> None:
    error = getattr(errors, name)("what is wrong; what to do", id="XX", line=3)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again)) == (type(error), "what is wrong; what to do")
    assert (again.id, again.line) == ("XX", 3)


def test_a_message_quotes_a_short_value_whole_and_a_long_one_cut() -> None:
    assert errors.shown("x" * 80) == repr("x" * 80)
    assert errors.shown("x" * 81) == repr("x" * 80 + "…")
    assert errors.shown(["a\nb"]) == r"['a\nb']"
    assert errors.shown(10**5000) == "a value of type int"
