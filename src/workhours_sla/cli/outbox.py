"""The changes that a store keeps for its sinks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from workhours_sla.adapters.sinks.jsonl import rewrite
from workhours_sla.adapters.stores.sqlite_outbox import SqliteOutbox
from workhours_sla.cli.file_checks import check_files, store_files, written_files
from workhours_sla.errors import StoreError
from workhours_sla.sla.change import Change
from workhours_sla.text import words
from workhours_sla.text.shell import language, say

_AT_ONCE: Final = 10_000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def outbox() -> None:
    """Work on the changes that a store of watch keeps for its sinks."""


@outbox.command("rewrite")
@click.argument("file")
@click.option("--store", "store_file", required=True, metavar="FILE", help="The store of watch.")
@click.option("--only-new", is_flag=True, help="Only what FILE has not had; it must be empty.")
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
def rewrite_file(file: str, *, store_file: str, only_new: bool, lang: str | None) -> None:
    """Write FILE, a sink of watch, again from the store: each change once.

    For a sink that was removed, shortened or changed. Changes that only FILE has, as the store
    dropped them after retention, stay at its beginning. The former FILE is replaced when the new
    one is complete.
    """
    lang = language(lang)
    check_files(
        (*store_files(store_file, is_written=True), *written_files("FILE", file)),
        lang,
    )
    path = Path(file)
    if not Path(store_file).exists():
        msg = f"no store {store_file!r}; check the path"
        raise StoreError(msg, path=store_file)
    if only_new and path.exists() and path.stat().st_size:
        raise click.UsageError(say("not_empty", lang, name=file))
    with SqliteOutbox(store_file) as store:
        names = _names(path, store)
        before = max(store.progress(name).number for name in names)
        had = before if only_new else 0
        last = max(store.last_change, before)

        def changes() -> Iterator[Change]:
            number = had
            while found := store.changes(number, _AT_ONCE):
                yield from (change for _, change in found)
                number = found[-1][0]

        done = rewrite(path, changes)
        for name in names:
            store.acknowledge(name, [last], done.end)
        first = store.changes(0, 1)
        dropped = 0 if only_new else first[0][0] - 1 if first else last
    click.echo(say("rewritten", lang, name=file, changes=done.changes, kept=done.kept), err=True)
    if dropped:
        line = say("dropped_changes", lang, count=dropped, kept=done.kept)
        click.echo(f"{say('note', lang)}: {line}", err=True)


def _names(path: Path, store: SqliteOutbox) -> list[str]:
    """Return the names under which the store knows a file: those of all its spellings."""
    place = os.path.realpath(path)
    known = [name for name in store.sinks() if Path(name).is_absolute()]
    return [name for name in known if os.path.realpath(name) == place] or [str(path.absolute())]
