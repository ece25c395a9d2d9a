"""The verbs have equal names, parameters, defaults and first docstring lines everywhere.

``Schedule`` has the verbs for single instants. Each other surface is a row of ``SURFACES`` with
the parameters that it adds. To add a surface, add a row.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter, signature

import pytest

from workhours_sla import Schedule

pytest.importorskip("numpy")

from workhours_sla import columns, frames

NOT_ONE_VALUE_PER_ROW = {"due_and_limit", "explain", "intervals"}
IN_A_COLUMN = {"starts": "start", "ends": "end", "times": "when"}
"""A mapping from the parameter name of a column to that of a single instant."""
KEYWORDS = ("as_of", "inclusive", "by", "codes", "pauses", "tz", "on_unknown", "provisional")
"""The options in the order in which every verb has them."""
SURFACES = {columns: ("codes", "tz", "on_unknown"), frames: ("by", "codes", "on_unknown")}
"""The modules, each with the options that its verbs have besides those of a single instant."""


def public_verbs(of: object) -> dict[str, Callable[..., object]]:
    """Return the public functions with an option ``provisional``, which only verbs have."""
    return {
        name: value
        for name, value in inspect.getmembers(of, inspect.isfunction)
        if not name.startswith("_") and "provisional" in signature(value).parameters
    }


def shape(parameter: Parameter) -> tuple[str, object, object]:
    """Return name, kind and default; the default () of scalar verbs counts as None."""
    default = None if parameter.default == () else parameter.default
    return IN_A_COLUMN.get(parameter.name, parameter.name), parameter.kind, default


@pytest.mark.parametrize("surface", SURFACES, ids=lambda module: module.__name__)
def test_every_surface_has_the_same_verbs(surface: object) -> None:
    scalar = public_verbs(Schedule)
    verbs = public_verbs(surface)
    assert verbs.keys() == scalar.keys() - NOT_ONE_VALUE_PER_ROW
    for name, verb in verbs.items():
        _, *own = signature(scalar[name]).parameters.values()  # self is left out
        first, *other = signature(verb).parameters.values()
        assert first.name == "schedule"
        shared = [one for one in other if one.name not in SURFACES[surface]]
        assert [shape(one) for one in shared] == [shape(one) for one in own], name
        names = [one.name for one in other if one.kind is Parameter.KEYWORD_ONLY]
        assert names == sorted(names, key=KEYWORDS.index), name
        docs = [inspect.getdoc(one) or "" for one in (scalar[name], verb)]
        assert docs[0].partition("\n")[0] == docs[1].partition("\n")[0] != ""
        assert all(">>> " in doc for doc in docs), name
