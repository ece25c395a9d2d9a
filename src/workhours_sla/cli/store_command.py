"""The store and the files of a command, and the commands ``store`` and ``outbox``."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Final, NamedTuple

import click

from workhours_sla.cli.help import Group, Options, argument, command, option, parameters
from workhours_sla.cli.output import (
    UNREADABLE,
    current_time,
    echo_json,
    echo_lines,
    echo_note,
    printable,
    show_time,
)
from workhours_sla.cli.settings import ConfigOption, JsonOption, LangOption
from workhours_sla.errors import NaiveDatetimeError, StoreError
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.stores.open import (
    IN_USE,
    StoreFault,
    check_store,
    copy_store,
    has_store,
    is_address,
    open_reader,
    open_store,
    shown,
    wait_for_store,
)
from workhours_sla.stores.sqlite import BESIDE
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import DIGEST, Message
from workhours_sla.stream.sinks.lines import CHANGES, DIGESTS, rewrite
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import say, sentence
from workhours_sla.text.words import metavar
from workhours_sla.text.written_times import read_time

SHOWN: Final = 20
_PAGE: Final = 10_000

store: Final = Group("store", params=parameters(LangOption))
outbox: Final = Group("outbox", params=parameters(LangOption))


def store_place(given: str | None, config: str | None) -> str:
    """Return the value of ``--store``, or else of ``url`` in the configuration file ``config``."""
    place = place_if_given(given, config)
    if place is None:
        raise click.UsageError(SHELL.text("no_store_given"))
    return place


def place_if_given(given: str | None, config: str | None) -> str | None:
    """Return the value of ``--store``, or else of ``url`` in a configuration file, or None."""
    if given is not None or config is None:
        return given
    from workhours_sla.config.file import load_config

    return load_config(Path(config)).store.url


def opened_store(place: str, *, standby: bool) -> Store:
    opened = _waited_for(place) if standby else open_store(place)
    ahead = opened.watermark
    if ahead is not None and ahead - datetime.now(UTC) > ALLOWED_SKEW:
        echo_note("watermark_ahead", name=shown(place), watermark=show_time(ahead, offset=True))
    return opened


def _waited_for(place: str) -> Store:
    name = shown(place)

    def on_wait(error: StoreError) -> None:
        if error.cause in IN_USE:
            echo_note("standby_waits", name=name)
        else:
            echo_note("standby_without_server", error=sentence(error))

    opened, has_waited = wait_for_store(place, on_wait)
    if has_waited:
        echo_note("standby_starts", name=name)
    return opened


# -- store -----------------------------------------------------------------------------------


class _CheckOptions(ConfigOption):
    show_all: bool = option("--all", is_flag=True)


class _StoreArgument(Options):
    store: str | None = argument(metavar="STORE", required=False)


@command("check", _StoreArgument, _CheckOptions, JsonOption, within=store)
def _check(of: _StoreArgument, wanted: _CheckOptions, output: JsonOption) -> int:
    place = store_place(of.store, wanted.config)
    faults = check_store(place)
    place = shown(place)
    if output.as_json:
        listed = [one._asdict() for one in faults]
        echo_json({"store": place, "sound": not faults, "faults": listed})
    else:
        echo_lines(_fault_lines(place, faults, show_all=wanted.show_all))
    return UNREADABLE if faults else 0


def _fault_lines(place: str, faults: Sequence[StoreFault], *, show_all: bool) -> Iterator[str]:
    if not faults:
        yield SHELL.text("store_sound", store=place)
        return
    listed = faults if show_all else faults[:SHOWN]
    for fault in listed:
        yield printable(SHELL.text(f"fault_{fault.kind}", **fault._asdict()))
    if len(listed) < len(faults):
        yield SHELL.text("and_more", count=len(faults) - len(listed))
    yield SHELL.text("store_damaged", store=place, count=len(faults))


class _CopyArguments(Options):
    source: str = argument(metavar="FROM")
    target: str = argument(metavar="TO")


@command("copy", _CopyArguments, LangOption, within=store)
def _copy(wanted: _CopyArguments, _: LangOption) -> None:
    count = copy_store(wanted.source, wanted.target)
    facts = {"source": shown(wanted.source), "target": shown(wanted.target), "count": count}
    echo_lines([SHELL.text("store_copied", **facts)])


class _AtOption(Options):
    at: str = option("--at", metavar="TIME", required=True)


@command("watermark", _StoreArgument, _AtOption, ConfigOption, LangOption, within=store)
def _watermark(of: _StoreArgument, wanted: _AtOption, file: ConfigOption, _: LangOption) -> None:
    given = read_time(wanted.at, UTC, current_time())
    if given.assumed_zone:
        raise NaiveDatetimeError(say("sent_no_offset", text=repr(wanted.at)))
    place = store_place(of.store, file.config)
    open_reader(place).close()  # the store is not created here
    with open_store(place) as opened:
        before = opened.set_back(given.when).astimezone(given.when.tzinfo)
        times = {
            "before": show_time(before, offset=True),
            "after": show_time(given.when, offset=True),
        }
    echo_lines([SHELL.text("watermark_set", name=opened.place, **times)])


# -- outbox ----------------------------------------------------------------------------------


class _StoreOptions(Options):
    store: str | None = option("--store", metavar="STORE", without="the store of --config")
    config: str | None = option("--config", metavar="FILE")

    @property
    def place(self) -> str:
        place = store_place(self.store, self.config)
        _check_exists(place)
        return place


def _check_exists(place: str) -> None:
    if not has_store(place):
        raise click.ClickException(SHELL.text("no_store", name=shown(place)))


class _FileArgument(Options):
    file: str = argument()


class _RewriteOptions(Options):
    only_new: bool = option("--only-new", is_flag=True)


@command("rewrite", _FileArgument, _StoreOptions, _RewriteOptions, LangOption, within=outbox)
def _rewrite(of: _FileArgument, in_: _StoreOptions, wanted: _RewriteOptions, _: LangOption) -> None:
    place, path = store_place(in_.store, in_.config), Path(of.file)
    check_files((*store_files(place, is_written=True), *written_files("FILE", of.file)))
    _check_exists(place)
    if wanted.only_new and path.exists() and path.stat().st_size:
        raise click.UsageError(SHELL.text("not_empty", name=of.file))
    with open_store(place) as kept:
        names = _names(path, kept)
        form = DIGESTS if any(kept.kind(name) == DIGEST for name in names) else CHANGES
        before, end = max(map(kept.progress, names), key=lambda one: one.number)
        after = before if wanted.only_new else 0
        last = max(kept.last_change, before)

        def messages() -> Iterator[Message]:
            number = after
            while found := kept.messages(form.kind, number, _PAGE):
                yield from (message for _, message in found)
                number = found[-1][0]

        dropped = kept.dropped_messages(form.kind)
        done = rewrite(path, form, messages, end=end, has_dropped=bool(dropped))
        for name in names:
            failed = [one.number for one in kept.failures(name) if one.number > after]
            kept.acknowledge(name, [*failed, last], done.end)
    facts = {"name": of.file, "changes": done.messages, "kept": done.kept}
    echo_lines([SHELL.text("rewritten", **facts)], err=True)
    if done.moved:
        echo_note("lines_moved", count=done.moved, name=str(done.ahead))
    if dropped and not wanted.only_new:
        echo_note("dropped_changes", count=dropped, kept=done.kept)


def _names(path: Path, kept: Store) -> list[str]:
    """Return the sink names in the store that are paths to the file ``path``."""
    real = os.path.realpath(path)
    known = [name for name in kept.sinks() if Path(name).is_absolute()]
    return [name for name in known if os.path.realpath(name) == real] or [str(path.absolute())]


@command("dead", _StoreOptions, JsonOption, within=outbox)
def _dead(in_: _StoreOptions, output: JsonOption) -> None:
    with open_reader(in_.place) as kept:
        found = [(sink, letter) for sink in kept.sinks() for letter in kept.dead(sink)]
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
    if output.as_json:
        echo_json(rows)
        return
    echo_lines(printable(SHELL.text("dead_letter", **row)) for row in rows)
    echo_lines([SHELL.text("dead_letters", count=len(rows))], err=True)


class _Letters(Options):
    sink: str = argument()
    numbers: Sequence[int] = argument(type=int, nargs=-1)


@command("replay", _Letters, _StoreOptions, LangOption, within=outbox)
def _replay(of: _Letters, in_: _StoreOptions, _: LangOption) -> None:
    with open_store(in_.place) as kept:
        numbers = of.numbers or [letter.number for letter in kept.dead(of.sink)]
        count = kept.replay(of.sink, numbers)
    echo_lines([SHELL.text("replayed", count=count, sink=of.sink)], err=True)


# -- files that are read and written -----------------------------------------------------------

_OF_A_STORE: Final = ("", "-wal", "-shm", "-journal", BESIDE)
"""File name suffixes of the files that belong to a store."""


class NamedFile(NamedTuple):
    option: str
    name: str
    is_written: bool
    place: str  # the path without symbolic links
    inode: tuple[int, int] | None  # all hard links to a file share it
    group: str = ""  # files of one group may be one file

    def is_same(self, other: NamedFile) -> bool:
        """Return whether two names mean one file; always False for files of the same group."""
        if self.group and self.group == other.group:
            return False
        return self.place == other.place or (self.inode is not None and self.inode == other.inode)


def check_files(files: Iterable[NamedFile]) -> None:
    """Raise click.UsageError if a written file is also read or written for another option."""
    for one, other in combinations([*files, *_streams()], 2):
        if (one.is_written or other.is_written) and one.is_same(other):
            # the message begins with the file for which the user can give another name
            first, second = (one, other) if one.is_written and not one.group else (other, one)
            labels = [
                SHELL.text("standard_output") if of.group == "streams" else metavar(of.option)
                for of in (first, second)
            ]
            facts = {"name": first.name, "first": labels[0], "second": labels[1]}
            raise click.UsageError(SHELL.text("same_file", **facts))


def read_files(option: str, *names: str | None) -> Iterator[NamedFile]:
    for name in names:
        if name == "-":
            yield from _stream(option, 0, is_written=False)
        elif name is not None:
            yield _file(option, name, is_written=False)


def written_files(option: str, *names: str | Path | None) -> Iterator[NamedFile]:
    for name in names:
        if name is not None:
            yield _file(option, str(name), is_written=True)


def store_files(name: str | None, *, is_written: bool) -> Iterator[NamedFile]:
    """Yield the files of a store: the database, its logs and its lock file."""
    if name is not None and not is_address(name):
        # they are beside the given name, or beside the target of a symbolic link
        for place in dict.fromkeys((name, _real(name))):
            for ending in _OF_A_STORE:
                yield _file("--store", place + ending, is_written=is_written, group="store")


def _file(option: str, name: str, *, is_written: bool, group: str = "") -> NamedFile:
    return NamedFile(option, name, is_written, os.path.normcase(_real(name)), _inode(name), group)


def _real(name: str) -> str:
    """Return a path without symbolic links. Raises OSError for an impossible file name."""
    try:
        return os.path.realpath(name)
    except ValueError:  # a null character, or half of a surrogate pair
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name) from None


def _streams() -> Iterator[NamedFile]:
    """Yield standard output and standard error if they are files. They may be the same file."""
    for stream in (sys.stdout, sys.stderr):
        try:
            number = stream.fileno()
        except (AttributeError, OSError, ValueError):  # the stream is closed or has no file
            continue
        yield from _stream("", number, is_written=True, group="streams")


def _stream(option: str, number: int, *, is_written: bool, group: str = "") -> Iterator[NamedFile]:
    inode = _inode(number)
    if inode is not None:
        yield NamedFile(option, "-", is_written, f"<{number}>", inode, group)


def _inode(file: str | int) -> tuple[int, int] | None:
    """Return the device and the inode of a regular file or a directory; None for other files."""
    try:
        status = os.fstat(file) if isinstance(file, int) else Path(file).stat()
    except (OSError, ValueError):
        return None
    is_file = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return (status.st_dev, status.st_ino) if is_file and status.st_ino else None
