"""A pipeline over a SQLite store, for tests that use both as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workhours_sla import Policy
from workhours_sla.stream import Pipeline, SqliteStore


class Stored(Pipeline):
    """A pipeline that also has the methods of its store."""

    def __init__(self, path: Path | str, policy: Policy, *, hot: int = 20_000, **more: Any) -> None:
        super().__init__(SqliteStore(path, hot=hot), policy, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)
