"""Read the TOML files of acts that the package contains."""

from __future__ import annotations

import os
import tomllib
from typing import Any

from workhours_sla.calendars.day import Act

# os.path, because importing importlib.resources or pathlib takes longer than computing a deadline
FOLDER = os.path.dirname(__file__)  # noqa: PTH120


def names_in(folder: str) -> list[str]:
    """Return the sorted names of the data files in a folder, without ``.toml``."""
    files = os.listdir(os.path.join(FOLDER, folder))  # noqa: PTH118, PTH208
    return sorted(name.removesuffix(".toml") for name in files)


def read_toml(*path: str) -> dict[str, Any]:
    """Return the content of a data file; ``path`` are its folders and its name without .toml."""
    with open(os.path.join(FOLDER, *path) + ".toml", "rb") as file:  # noqa: PTH118, PTH123
        return tomllib.load(file)


def act_of(row: dict[str, Any], source: str | None = None) -> Act:
    """Return the act of a row.

    The key of the act's title is ``title``, or ``act`` in the file of a region.
    """
    return Act(
        title=row["title"] if "title" in row else row["act"],
        known_from=row.get("known_from"),
        confidence=row["confidence"],
        source=source,
        scope=row.get("scope"),
        note=row.get("note"),
    )
