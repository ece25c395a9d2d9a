"""Every name that a public module lists exists, and its classes name it as their module."""

from __future__ import annotations

import importlib
import inspect
import json
import pickle
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import run
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import workhours_sla
from kit.paths import DOCS, EXAMPLES, ROOT
from workhours_sla import Schedule, Target, working_hours
from workhours_sla.stream import Delivery, Source

SHOWN_BY = {
    "Item": Source,
    "Sink": Delivery,
}
"""A mapping from protocols and records of streams to the object whose example shows them."""
PLAIN_RECORDS = {
    "Counters",
    "Digests",
    "Idle",
    "Start",
    "Store",
    "StoreReader",
}
"""Protocols and records without an example: functions return them, or a store needs them."""
SHOWN_IN_DOCS = {
    "en/reference/files.md": {"Fault", "open_source"},
    "en/how-to/another-country.md": {"load_acts"},
    "en/how-to/plots.md": {
        *("Picture", "draw_arrivals", "draw_curve", "draw_forecast", "draw_funnel", "draw_groups"),
        *("draw_p_prime", "draw_timeline", "draw_xmr", "draw_year"),
    },
    "en/how-to/report.md": {"from_json", "to_json"},
}
"""Names whose examples are in a page of the documentation, because they need a file."""
NAMED_IN_PAGES = {"another-country.md": {"calendars"}, "architecture.md": {"calendars"}}
"""Names in pages that begin like a module of the package, but are a group of entry points."""
SOURCES = Path(workhours_sla.__file__).parent
FACADES = (
    "workhours_sla",
    *(
        f"workhours_sla.{name}"
        for name in [
            "columns",
            "config",
            "errors",
            "files",
            "frames",
            "json",
            "report",
            "spark",
            "sql",
            "stream",
        ]
    ),
)
NEED_NUMPY = {"workhours_sla.columns", "workhours_sla.frames", "workhours_sla.report"}
NEED_NUMPY |= {"workhours_sla.spark"}
NOT_HERE = NEED_NUMPY if find_spec("numpy") is None else set()
PUBLIC = [name for name in FACADES if name not in NOT_HERE]


def classes(module: Any) -> list[type]:
    found = [getattr(module, name) for name in module.__all__]
    return [one for one in found if inspect.isclass(one)]


def is_exception(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


def has_example(value: object) -> bool:
    return ">>> " in (value.__doc__ or "")


def test_the_public_names_are_few() -> None:
    names = {f"{name}.{one}" for name in PUBLIC for one in importlib.import_module(name).__all__}
    assert len(names) <= 170
    assert all(len(importlib.import_module(name).__all__) <= 40 for name in PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_listed_name_exists_and_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    for one in module.__all__:
        value = getattr(module, one)
        assert not callable(value) or inspect.getdoc(value), one


@pytest.mark.parametrize("name", PUBLIC)
def test_every_verb_and_class_has_an_example(name: str) -> None:
    module = importlib.import_module(name)
    found = [getattr(module, one) for one in module.__all__]
    made = [one for one in found if callable(one) and not is_exception(one)]
    without = {one.__name__ for one in made if not has_example(one)}
    excepted = {*SHOWN_BY} | PLAIN_RECORDS
    if name in {"workhours_sla.files", "workhours_sla.report"}:
        excepted = excepted.union(*SHOWN_IN_DOCS.values())
    assert without <= excepted


def test_objects_that_show_another_have_an_example() -> None:
    assert all(map(has_example, SHOWN_BY.values()))


def test_names_shown_by_a_page_are_in_the_page() -> None:
    for page, names in SHOWN_IN_DOCS.items():
        text = (DOCS / page).read_text("utf-8")
        assert {one for one in names if not re.search(rf"\b{one}\b", text)} == set(), page


@pytest.mark.parametrize("name", PUBLIC)
def test_public_classes_name_a_facade_as_their_module(name: str) -> None:
    for one in classes(importlib.import_module(name)):
        assert one.__module__ in {*PUBLIC, "builtins"}, one


@pytest.mark.parametrize("name", PUBLIC)
def test_type_hints_of_public_classes_can_be_resolved(name: str) -> None:
    for one in classes(importlib.import_module(name)):
        if not getattr(one, "__parameters__", ()):
            assert get_type_hints(one) is not None


def types_in(hint: Any) -> Iterator[type]:
    """Yield each class that a type hint names."""
    yield from (one for one in (hint, get_origin(hint)) if isinstance(one, type))
    for part in get_args(hint):
        yield from types_in(part)


def functions_of(module: Any) -> Iterator[Any]:
    """Yield the functions that a module lists, and the public methods of its classes."""
    for name in module.__all__:
        value = getattr(module, name)
        members = vars(value).items() if inspect.isclass(value) else [(name, value)]
        for member, function in members:
            function = getattr(function, "fget", getattr(function, "__func__", function))
            if inspect.isfunction(function) and not member.startswith("_"):
                yield inspect.unwrap(function)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_a_public_function_returns_can_be_imported_from_a_public_module(name: str) -> None:
    modules = [importlib.import_module(one) for one in (*PUBLIC, "workhours_sla.results")]
    for function in functions_of(importlib.import_module(name)):
        with suppress(NameError):  # a name that only type checkers import, such as one of pandas
            for kind in types_in(get_type_hints(function).get("return")):
                if kind.__module__.startswith("workhours_sla"):
                    where = [one for one in modules if kind.__name__ in one.__all__]
                    assert [one for one in where if getattr(one, kind.__name__) is kind], function


def test_pickles_name_facades_alone() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    target = Target("first reply", working_hours(4), office)
    pickled = pickle.dumps(target)
    assert pickle.loads(pickled) == target  # noqa: S301 - our own
    assert b"workhours_sla.sla" not in pickled


def test_nothing_inside_imports_the_package_itself() -> None:
    inside = re.compile(
        r"^\s*(from workhours_sla import|import workhours_sla\b(?!\.))", re.MULTILINE
    )
    found = [str(path) for path in SOURCES.rglob("*.py") if inside.search(path.read_text("utf-8"))]
    assert not found


def shown_code(file: Path) -> str:
    """Return the code in a page or an example, without prompts and the syntax of notebooks."""
    text = file.read_text("utf-8")
    if file.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    text = re.sub(r"^\$ python -c .*$", "", text, flags=re.MULTILINE)  # run with the page
    return re.sub(r"^(>>>|\.\.\.) ", "", text, flags=re.MULTILINE)


def pages_and_examples() -> list[Path]:
    pages = [*ROOT.glob("README*.md"), *DOCS.rglob("*.md")]
    examples = EXAMPLES.rglob("*")
    return [*pages, *(file for file in examples if file.suffix in {".md", ".py", ".ipynb"})]


@pytest.mark.parametrize("file", pages_and_examples(), ids=lambda file: file.name)
def test_documentation_and_examples_name_facades_alone(file: Path) -> None:
    shown = shown_code(file)
    named = {*re.findall(r"workhours_sla\.(?!md\b)(\w+)", shown)}
    facades = {name.partition(".")[2] for name in FACADES} | {"results"}
    assert named <= facades | NAMED_IN_PAGES.get(file.name, set())
    for module, names in re.findall(r"from (workhours_sla[\w.]*) import (\([^)]*\)|.*)", shown):
        if module in PUBLIC:
            listed = {*importlib.import_module(module).__all__}
            listed |= facades if module == "workhours_sla" else set()
            assert {*re.findall(r"\w+", re.sub(r" as \w+|#.*", "", names))} <= listed


@pytest.mark.slow
def test_type_checker_knows_every_name_and_finds_a_misspelt_one(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    file = tmp_path / "names.py"
    names = [*workhours_sla.__all__, "Evnt"]
    file.write_text("".join(f"from workhours_sla import {name}\n" for name in names))
    cache = f"--cache-dir={tmp_path / 'cache'}"
    words = ["-m", "mypy", "--config-file=", "--follow-imports=silent", cache, str(file)]
    said = run([sys.executable, *words], capture_output=True, text=True, check=False).stdout
    assert re.findall(r"names\.py:(\d+): error: .*", said) == [str(len(names))]
    assert 'no attribute "Evnt"' in said
