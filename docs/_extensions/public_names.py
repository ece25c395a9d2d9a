"""The directive ``public-names``: every name that a public module lists in ``__all__``."""

from __future__ import annotations

import ast
from importlib import import_module
from inspect import getsource, isclass, isfunction
from types import ModuleType
from typing import ClassVar, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective


class PublicNames(SphinxDirective):
    """Document each name of a module with its docstring, in the order of ``__all__``."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the documentation of the module's names."""
        module = import_module(self.arguments[0])
        lines = [f".. currentmodule:: {module.__name__}", ""]
        for name in sorted(module.__all__, key=str.lower):
            value = getattr(module, name)
            if isclass(value):
                if value.__module__ != module.__name__ and value.__module__.startswith(
                    "workhours_sla"
                ):
                    continue  # it has its entry on the page of its own module
                _resolve_fields(value)
                lines += [
                    f".. autoclass:: {module.__name__}.{name}",
                    "   :members:",
                    "   :show-inheritance:",
                    *(["   :inherited-members:"] if _inherits(value) else []),
                    "",
                ]
            elif isfunction(value):
                lines += [f".. autofunction:: {module.__name__}.{name}", ""]
            else:
                lines += [f".. py:data:: {name}", ""]
                lines += [f"   {line}" for line in _doc_of_data(module, name)]
                lines += [""]
        source, _ = self.get_source_info()
        found = nodes.section()
        found.document = self.state.document
        self.state.nested_parse(StringList(lines, source), 0, found)
        return found.children


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
    try:
        hints = get_type_hints(kind)
    except NameError:  # of a type that is imported for type checkers only
        return
    for name in ("__new__", "__init__"):
        constructor = getattr(kind, name)
        if isfunction(constructor) and name in vars(kind):
            types = constructor.__annotations__
            types.update({field: hints[field] for field in types.keys() & hints.keys()})


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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
