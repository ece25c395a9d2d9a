"""A table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown, without a column whose cells are all empty."""
    columns = [column for column in zip(head, *rows, strict=True) if any(column[1:])]
    first, *others = zip(*columns, strict=True)
    lines = (
        " | ".join(cell.replace("|", r"\|") for cell in cells)
        for cells in [first, ["---"] * len(columns), *others]
    )
    return "\n".join(f"| {line} |" for line in lines)
