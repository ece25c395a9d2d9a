"""The verbs have equal names, parameters, defaults and first docstring lines everywhere.

``Schedule`` has the verbs for single instants. Each other surface is a row of ``SURFACES`` with
the parameters that it adds. To add a surface, add a row.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import NamedTuple

import pytest

from workhours_sla import Schedule

pytest.importorskip("numpy")

from workhours_sla import columns, frames

NOT_ONE_VALUE_PER_ROW = {"due_and_limit", "explain", "intervals"}
IN_A_COLUMN = {"starts": "start", "ends": "end", "times": "when"}
"""A mapping from the parameter name of a column to that of a single instant."""


class Surface(NamedTuple):
    """The verbs of one module keyed by name, and the additional parameters of these verbs."""

    verbs: Mapping[str, Callable[..., object]]
    before: tuple[str, ...]
    """Additional positional parameters, which precede those of the scalar verb."""
    options: tuple[str, ...]
    """Additional keyword options."""


def public_verbs(of: object) -> dict[str, Callable[..., object]]:
    """Return the public functions with an option ``provisional``, which only verbs have."""
    return {
        name: value
        for name, value in inspect.getmembers(of, inspect.isfunction)
        if not name.startswith("_") and "provisional" in inspect.signature(value).parameters
    }


SCALAR = {
    name: verb for name, verb in public_verbs(Schedule).items() if name not in NOT_ONE_VALUE_PER_ROW
}
SURFACES = {
    "columns": Surface(public_verbs(columns), ("schedule",), ("codes", "tz", "on_unknown")),
    "frames": Surface(public_verbs(frames), ("schedule",), ("by", "codes", "on_unknown")),
}
CASES = [(surface, verb) for surface in SURFACES for verb in SCALAR]


def parameters(verb: Callable[..., object]) -> list[Parameter]:
    return list(inspect.signature(verb).parameters.values())


def shape(parameter: Parameter) -> tuple[str, object, object]:
    """Return name, kind and default; the default () of scalar verbs counts as None."""
    default = None if parameter.default == () else parameter.default
    return IN_A_COLUMN.get(parameter.name, parameter.name), parameter.kind, default


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_has_the_same_verbs(surface: str) -> None:
    assert SURFACES[surface].verbs.keys() == SCALAR.keys()


@pytest.mark.parametrize(("surface", "verb"), CASES)
def test_parameters_have_the_same_names_order_and_defaults(surface: str, verb: str) -> None:
    _, *scalar = parameters(SCALAR[verb])  # self is left out
    other = parameters(SURFACES[surface].verbs[verb])
    before, options = SURFACES[surface].before, SURFACES[surface].options
    assert tuple(one.name for one in other[: len(before)]) == before
    shared = [one for one in other[len(before) :] if one.name not in options]
    assert [shape(one) for one in shared] == [shape(one) for one in scalar]


@pytest.mark.parametrize("surface", SURFACES)
def test_options_come_in_one_order(surface: str) -> None:
    known = ("now", "inclusive", "by", "codes", "pauses", "tz", "on_unknown", "provisional")
    for verb in SURFACES[surface].verbs.values():
        names = [one.name for one in parameters(verb) if one.kind is Parameter.KEYWORD_ONLY]
        assert names == sorted(names, key=known.index)


@pytest.mark.parametrize(("surface", "verb"), CASES)
def test_docstrings_start_with_the_same_line(surface: str, verb: str) -> None:
    docs = [inspect.getdoc(one) for one in (SCALAR[verb], SURFACES[surface].verbs[verb])]
    assert docs[0]
    assert docs[1]
    assert docs[0].splitlines()[0] == docs[1].splitlines()[0]


@pytest.mark.parametrize("verb", SCALAR)
def test_every_verb_has_an_example(verb: str) -> None:
    for one in (SCALAR[verb], *(surface.verbs[verb] for surface in SURFACES.values())):
        assert ">>> " in (inspect.getdoc(one) or ""), one.__module__
