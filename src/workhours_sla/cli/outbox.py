"""The commands ``outbox rewrite``, ``dead`` and ``replay``: manage the changes sent to sinks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from workhours_sla.cli.file_checks import check_files, store_files, written_files
from workhours_sla.cli.help import argument, group, option
from workhours_sla.cli.options import (
    config_option,
    json_option,
    lang_option,
    store_of_watch,
)
from workhours_sla.cli.output import echo_json, echo_note, printable
from workhours_sla.cli.store_place import store_place
from workhours_sla.sla.changes import Change
from workhours_sla.stores.open import has_store, open_reader, open_store, shown
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.stream.sinks.jsonl import rewrite
from workhours_sla.text.catalog import SHELL

_PAGE: Final = 10_000
"""Number of changes that are read from the store at a time."""


@group()
@lang_option
def outbox() -> None:
    """Run one of the commands ``outbox``, whose help is in ``text.catalog``."""


@outbox.command("rewrite")
@argument("file")
@store_of_watch
@config_option
@option("--only-new", is_flag=True)
@lang_option
def rewrite_file(file: str, *, store: str | None, config: str | None, only_new: bool) -> None:
    """Run the command ``outbox rewrite``, whose help is in ``text.catalog``."""
    store = store_place(store, config)
    check_files(
        (*store_files(store, is_written=True), *written_files("FILE", file)),
    )
    path = Path(file)
    _check_exists(store)
    if only_new and path.exists() and path.stat().st_size:
        raise click.UsageError(SHELL.text("not_empty", name=file))
    with open_store(store) as kept:
        names = _names(path, kept)
        before = max(kept.progress(name).number for name in names)
        after = before if only_new else 0
        last = max(kept.last_change, before)

        def changes() -> Iterator[Change]:
            number = after
            while found := kept.changes(number, _PAGE):
                yield from (change for _, change in found)
                number = found[-1][0]

        done = rewrite(path, changes)
        for name in names:
            failed = [one.number for one in kept.failures(name) if one.number > after]
            kept.acknowledge(name, [*failed, last], done.end)
        first = kept.changes(0, 1)
        dropped = 0 if only_new else first[0][0] - 1 if first else last
    facts = {"name": file, "changes": done.changes, "kept": done.kept}
    click.echo(SHELL.text("rewritten", **facts), err=True)
    if dropped:
        echo_note("dropped_changes", count=dropped, kept=done.kept)


@outbox.command()
@store_of_watch
@config_option
@lang_option
@json_option
def dead(*, store: str | None, config: str | None, as_json: bool) -> None:
    """Run the command ``outbox dead``, whose help is in ``text.catalog``."""
    store = store_place(store, config)
    _check_exists(store)
    with open_reader(store) as kept:
        found = [(sink, letter) for sink in kept.sinks() for letter in kept.dead(sink)]
    if as_json:
        rows = [
            {
                "sink": sink,
                "number": letter.number,
                "change_id": letter.change.change_id,
                "attempts": letter.attempts,
                "error": letter.error,
            }
            for sink, letter in found
        ]
        echo_json(rows)
        return
    for sink, letter in found:
        facts = {**letter._asdict(), "sink": sink, "change_id": letter.change.change_id}
        click.echo(printable(SHELL.text("dead_letter", **facts)))
    click.echo(SHELL.text("dead_letters", count=len(found)), err=True)


@outbox.command()
@argument("sink")
@argument("numbers", type=int, nargs=-1)
@store_of_watch
@config_option
@lang_option
def replay(sink: str, numbers: Sequence[int], *, store: str | None, config: str | None) -> None:
    """Run the command ``outbox replay``, whose help is in ``text.catalog``."""
    store = store_place(store, config)
    _check_exists(store)
    with open_store(store) as kept:
        count = kept.replay(sink, numbers or [letter.number for letter in kept.dead(sink)])
    click.echo(SHELL.text("replayed", count=count, sink=sink), err=True)


def _check_exists(store: str) -> None:
    """Raise click.ClickException if there is no store at a path or address."""
    if not has_store(store):
        raise click.ClickException(SHELL.text("no_store", name=shown(store)))


def _names(path: Path, store: DatabaseStore) -> list[str]:
    """Return the sink names in the store that are paths to the file ``path``.

    If there are none, the only name is the absolute path.
    """
    real = os.path.realpath(path)
    known = [name for name in store.sinks() if Path(name).is_absolute()]
    return [name for name in known if os.path.realpath(name) == real] or [str(path.absolute())]
