"""What goes wrong with files of stores and sinks, as errors that every language has words for."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from workhours_sla.errors import StoreError
from workhours_sla.text import words


def fail(cause: str, path: Path, **facts: object) -> NoReturn:
    """Raise StoreError for a cause in ``words.STORE_FAULTS``, with what its sentence needs."""
    facts["path"] = str(path)
    text = words.store_fault(cause, facts, "en")
    raise StoreError(text, path=str(path), cause=cause, facts=facts) from None
