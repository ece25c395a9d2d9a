"""Errors of the files of stores and sinks, whose sentences exist in every language."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from workhours_sla.errors import StoreError
from workhours_sla.text import words


def fail(cause: str, path: Path, **facts: object) -> NoReturn:
    """Raise StoreError for a cause, a key of ``words.STORE_FAULTS``; its sentence has the facts."""
    facts["path"] = str(path)
    text = words.store_fault(cause, facts, "en")
    raise StoreError(text, path=str(path), cause=cause, facts=facts) from None
