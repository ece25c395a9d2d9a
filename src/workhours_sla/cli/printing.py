"""Output that all commands share: JSON, notes on standard error, and text for terminals."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import click

from workhours_sla.adapters.json.text import escape_controls
from workhours_sla.text.shell import SHELL


def echo_json(data: object) -> None:
    """Print one JSON document, never localised, without control characters."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    text = json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=2)
    click.echo(escape_controls(text))


def echo_note(lang: str, key: str, **facts: object) -> None:
    """Print a note, a text of ``SHELL``, on standard error."""
    click.echo(f"{SHELL.text(lang, 'note')}: {SHELL.text(lang, key, **facts)}", err=True)


def iso(when: datetime | None) -> str | None:
    """Return a time in ISO 8601."""
    return None if when is None else when.isoformat()


def printable(text: Any) -> str:
    r"""Return text without control characters, which could change a terminal.

    >>> printable("roads\x1b[31m")
    'roads?[31m'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))
