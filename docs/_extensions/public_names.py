"""The directive ``public-names``: every name that a public module lists in ``__all__``."""

from __future__ import annotations

from importlib import import_module
from inspect import isclass, isfunction
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
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
                    continue
                lines += [
                    f".. autoclass:: {module.__name__}.{name}",
                    "   :members:",
                    "   :show-inheritance:",
                    "",
                ]
            elif isfunction(value):
                lines += [f".. autofunction:: {module.__name__}.{name}", ""]
            else:
                lines += [f".. autodata:: {module.__name__}.{name}", ""]
        source, _ = self.get_source_info()
        found = nodes.section()
        found.document = self.state.document
        self.state.nested_parse(StringList(lines, source), 0, found)
        return found.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
