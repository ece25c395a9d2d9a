"""Errors about the files of stores and sinks, with messages that exist in every language."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from workhours_sla.errors import StoreError
from workhours_sla.text import catalog, messages


def fail(cause: str, path: Path, **facts: object) -> NoReturn:
    """Raise StoreError about a file, with the English message for ``cause``."""
    facts["path"] = str(path)
    with catalog.language("en"):
        text = messages.store_fault(cause, facts)
    raise StoreError(text, path=str(path), cause=cause, facts=facts) from None
