"""Commands about the changes that a store keeps for its sinks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
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
@click.option(
    "--only-new", is_flag=True, help="Only changes that FILE never had; it must be empty."
)
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
def rewrite_file(file: str, *, store_file: str, only_new: bool, lang: str | None) -> None:
    """Write FILE, a sink of watch, again from the store: each change once.

    For a sink that was removed, shortened or changed. Changes that only FILE has, because the
    store dropped them after retention, remain at its beginning. FILE is replaced when the new one
    is complete.
    """
    lang = language(lang)
    check_files(
        (*store_files(store_file, is_written=True), *written_files("FILE", file)),
        lang,
    )
    path = Path(file)
    _check_exists(store_file)
    if only_new and path.exists() and path.stat().st_size:
        raise click.UsageError(say("not_empty", lang, name=file))
    with SqliteOutbox(store_file) as store:
        names = _names(path, store)
        before = max(store.progress(name).number for name in names)
        after = before if only_new else 0
        last = max(store.last_change, before)

        def changes() -> Iterator[Change]:
            number = after
            while found := store.changes(number, _AT_ONCE):
                yield from (change for _, change in found)
                number = found[-1][0]

        done = rewrite(path, changes)
        for name in names:
            failed = [one.number for one in store.failures(name) if one.number > after]
            store.acknowledge(name, [*failed, last], done.end)
        first = store.changes(0, 1)
        dropped = 0 if only_new else first[0][0] - 1 if first else last
    click.echo(say("rewritten", lang, name=file, changes=done.changes, kept=done.kept), err=True)
    if dropped:
        line = say("dropped_changes", lang, count=dropped, kept=done.kept)
        click.echo(f"{say('note', lang)}: {line}", err=True)


@outbox.command()
@click.option("--store", "store_file", required=True, metavar="FILE", help="The store of watch.")
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
@click.option("--json", "as_json", is_flag=True, help="Data for programs.")
def dead(*, store_file: str, lang: str | None, as_json: bool) -> None:
    """List the dead letters: changes that are no longer sent to a sink, with the last error."""
    lang = language(lang)
    _check_exists(store_file)
    with SqliteOutbox(store_file) as store:
        found = [(sink, letter) for sink in store.sinks() for letter in store.dead(sink)]
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
        click.echo(json.dumps(rows, indent=2))
        return
    for sink, letter in found:
        facts = {**letter._asdict(), "sink": sink, "change_id": letter.change.change_id}
        line = say("dead_letter", lang, **facts)
        click.echo("".join(c if c.isprintable() else "?" for c in line))
    click.echo(say("dead_letters", lang, count=len(found)), err=True)


@outbox.command()
@click.argument("sink")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--store", "store_file", required=True, metavar="FILE", help="The store of watch.")
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
def replay(sink: str, numbers: Sequence[int], *, store_file: str, lang: str | None) -> None:
    """Send the dead letters NUMBERS of SINK again in the next run, without NUMBERS all of them."""
    lang = language(lang)
    _check_exists(store_file)
    with SqliteOutbox(store_file) as store:
        count = store.replay(sink, numbers or [letter.number for letter in store.dead(sink)])
    click.echo(say("replayed", lang, count=count, sink=sink), err=True)


def _check_exists(store_file: str) -> None:
    if not Path(store_file).exists():
        msg = f"no store {store_file!r}; check the path"
        raise StoreError(msg, path=store_file)


def _names(path: Path, store: SqliteOutbox) -> list[str]:
    """Return the names that the store has for a file, which may be several paths to it."""
    real = os.path.realpath(path)
    known = [name for name in store.sinks() if Path(name).is_absolute()]
    return [name for name in known if os.path.realpath(name) == real] or [str(path.absolute())]
