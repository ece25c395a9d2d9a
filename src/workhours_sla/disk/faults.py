"""Errors about the files of stores and sinks."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from workhours_sla.errors import StoreError
from workhours_sla.text.messages import say


def fail(cause: str, path: Path | str, **facts: object) -> NoReturn:
    """Raise StoreError about a file or a store."""
    raise StoreError(say(cause, path=repr(str(path)), **facts), path=str(path)) from None
