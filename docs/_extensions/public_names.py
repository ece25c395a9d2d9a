"""The directive ``public-names``: every name that a public module lists in ``__all__``."""

from __future__ import annotations

import ast
import re
from dataclasses import is_dataclass
from importlib import import_module
from inspect import getdoc, getsource, isclass, isfunction
from types import ModuleType
from typing import ClassVar, Generic, Protocol, get_args, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

MODULES = (
    "workhours_sla",
    *(
        f"workhours_sla.{name}"
        for name in [
            "errors",
            "config",
            "files",
            "json",
            "stream",
            "columns",
            "frames",
            "report",
        ]
    ),
)
_PLAIN_BASES = (object, tuple, Generic, Protocol)
_RESULTS = "Their attributes are public; import none of these names."
_NO_LITERAL = re.compile(r"<(?:function [^>]*<lambda>|class '[^']*'|factory|[^>]*)>")
_ARRAY = re.compile(
    r"~?(?:numpy\.)?ndarray\[tuple\[~?(?:typing\.)?Any, \.\.\.\], ~?(?:numpy\.)?dtype\[([^]]*)\]\]"
)


class PublicNames(SphinxDirective):
    """Document each name of a module with its docstring, in the order of ``__all__``."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the documentation of the module's names."""
        module = import_module(self.arguments[0])
        lines = [f".. currentmodule:: {module.__name__}", ""]
        names = sorted(module.__all__, key=str.lower)
        lines += ["", *(_line_of_contents(module, name) for name in names), ""]
        for name in names:
            value = getattr(module, name)
            if isclass(value):
                if value.__module__ != module.__name__ and value.__module__.startswith(
                    "workhours_sla"
                ):
                    continue  # it has its entry on the page of its own module
                lines += _lines_of_class(value, f"{module.__name__}.{name}")
            elif isfunction(value):
                _drop_overloads(value.__module__)
                lines += [f".. autofunction:: {module.__name__}.{name}", ""]
            else:
                lines += [f".. py:data:: {name}", ""]
                lines += [f"   {line}" for line in _doc_of_data(module, name)]
                lines += [""]
        results = results_of(module.__name__)
        if results:
            lines += [".. rubric:: Types of results", "", _RESULTS, ""]
        for kind in results:
            lines += _lines_of_class(kind, f"{kind.__module__}.{kind.__qualname__}")
        source, _ = self.get_source_info()
        found = nodes.section()
        found.document = self.state.document
        self.state.nested_parse(StringList(lines, source), 0, found)
        return found.children


def _lines_of_class(kind: type, path: str) -> list[str]:
    _resolve_fields(kind)
    has_base = any(base not in _PLAIN_BASES for base in kind.__bases__)
    return [
        f".. autoclass:: {path}",
        "   :members:",
        *(["   :show-inheritance:"] if has_base else []),
        *(["   :inherited-members:"] if _inherits(kind) else []),
        "",
    ]


def results_of(module: str) -> list[type]:
    """Return the private classes with fields that a public module returns, sorted by name.

    A class that several modules return is listed for the first of them.
    """
    seen: set[type] = set()
    for name in MODULES:
        found: set[type] = set()
        facade = import_module(name)
        for one in facade.__all__:
            value = getattr(facade, one)
            if isclass(value):
                _collect_fields(value, found)
            elif isfunction(value):
                _collect(_hints(value).get("return"), found)
        found = {one for one in found if one.__module__ not in MODULES} - seen
        if name == module:
            return sorted(found, key=lambda one: one.__name__.lower())
        seen |= found
    return []


def _collect(hint: object, found: set[type]) -> None:
    """Add the classes with fields that a type hint names, and those of their fields."""
    for part in get_args(hint):
        _collect(part, found)
    if not isclass(hint) or not hint.__module__.startswith("workhours_sla.") or hint in found:
        return
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        found.add(hint)
        _collect_fields(hint, found)


def _collect_fields(kind: type, found: set[type]) -> None:
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        for hint in _hints(kind).values():
            _collect(hint, found)


def _hints(value: object) -> dict[str, object]:
    try:
        return get_type_hints(value)
    except NameError:  # of a type that is imported for type checkers only
        return {}


def _inherits(kind: type) -> bool:
    """Whether a class has methods of a private class of this package."""
    return any(
        base.__module__.startswith("workhours_sla.")
        and base.__name__ not in getattr(import_module(base.__module__), "__all__", ())
        for base in kind.__mro__[1:]
    )


def _resolve_fields(kind: type) -> None:
    """Give the constructor of a class the types of its fields, in place of their names.

    Sphinx looks names up in the module that the class names, which is a facade.
    """
    hints = _hints(kind)
    for name in ("__new__", "__init__"):
        constructor = getattr(kind, name)
        if isfunction(constructor) and name in vars(kind):
            types = constructor.__annotations__
            types.update({field: hints[field] for field in types.keys() & hints.keys()})


def _line_of_contents(module: ModuleType, name: str) -> str:
    """Return a line of a list: the name, as a link, and what it is in a sentence."""
    value = getattr(module, name)
    home = value.__module__ if isclass(value) else module.__name__
    said = (getdoc(value) if isclass(value) or isfunction(value) else None) or ""
    if not said:
        said = " ".join(_doc_of_data(module, name)[:1])
    return f"- :py:obj:`{name} <{home}.{name}>`: {said.partition(chr(10))[0]}"


def _drop_overloads(module: str) -> None:
    """Let Sphinx show the signature that has every parameter, in place of the overloads."""
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.analyze()
    analyzer.overloads.clear()


def shorten_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    _value: object,
    _options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Write ``...`` for defaults that have no literal, and NDArray for the type of an array."""

    def shorter(text: str | None) -> str | None:
        if text is None:
            return None
        return _ARRAY.sub(r"NDArray[\1]", _NO_LITERAL.sub("...", text))

    return shorter(signature), shorter(returns)


def _doc_of_data(module: ModuleType, name: str) -> list[str]:
    """Return the text below the assignment of a name, in the module that a facade imports from."""
    for node in ast.walk(ast.parse(getsource(module))):
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            docs = ModuleAnalyzer.for_module(str(node.module)).find_attr_docs()
            return docs.get(("", name), [])
    return []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-signature", shorten_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
