"""The commands ``store``: verify a store of ``watch``, copy it, and set its watermark back."""

from __future__ import annotations

from datetime import UTC
from typing import Final

import click

from workhours_sla.cli.help import argument, group, option
from workhours_sla.cli.options import config_option, json_option, lang_option
from workhours_sla.cli.output import UNREADABLE, echo_json, printable
from workhours_sla.cli.store_place import store_place
from workhours_sla.cli.times import read_time, show_time
from workhours_sla.errors import NaiveDatetimeError
from workhours_sla.stores.copy import StoreFault, check_store, copy_store
from workhours_sla.stores.open import open_existing, shown
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import say

SHOWN: Final = 20


@group()
@lang_option
def store() -> None:
    """Run one of the commands ``store``, whose help is in ``text.catalog``."""


@store.command()
@argument("store", metavar="STORE", required=False)
@config_option
@option("--all", "show_all", is_flag=True)
@lang_option
@json_option
def check(store: str | None, *, config: str | None, show_all: bool, as_json: bool) -> int:
    """Run the command ``store check``, whose help is in ``text.catalog``."""
    store = store_place(store, config)
    faults = check_store(store)
    store = shown(store)
    if as_json:
        data = {"store": store, "sound": not faults, "faults": [one._asdict() for one in faults]}
        echo_json(data)
    else:
        for line in _lines(store, faults, show_all=show_all):
            click.echo(line)
    return UNREADABLE if faults else 0


@store.command()
@argument("source", metavar="FROM")
@argument("target", metavar="TO")
@lang_option
def copy(source: str, target: str) -> None:
    """Run the command ``store copy``, whose help is in ``text.catalog``."""
    count = copy_store(source, target)
    facts = {"source": shown(source), "target": shown(target), "count": count}
    click.echo(SHELL.text("store_copied", **facts))


@store.command()
@argument("store", metavar="STORE", required=False)
@option("--at", metavar="TIME", required=True)
@config_option
@lang_option
def watermark(store: str | None, *, at: str, config: str | None) -> None:
    """Run the command ``store watermark``, whose help is in ``text.catalog``."""
    given = read_time(at, UTC)
    if given.assumed_zone:
        raise NaiveDatetimeError(say("sent_no_offset", text=repr(at)))
    with open_existing(store_place(store, config)) as opened:
        before = opened.set_back(given.when)
        times = [
            show_time(one.astimezone(given.when.tzinfo), offset=True)
            for one in (before, given.when)
        ]
    click.echo(SHELL.text("watermark_set", name=opened.place, before=times[0], after=times[1]))


def _lines(store: str, faults: tuple[StoreFault, ...], *, show_all: bool) -> list[str]:
    if not faults:
        return [SHELL.text("store_sound", store=store)]
    shown = faults if show_all else faults[:SHOWN]
    lines = [_line(fault) for fault in shown]
    if len(shown) < len(faults):
        lines.append(SHELL.text("and_more", count=len(faults) - len(shown)))
    return [*lines, SHELL.text("store_damaged", store=store, count=len(faults))]


def _line(fault: StoreFault) -> str:
    return printable(SHELL.text(f"fault_{fault.kind}", **fault._asdict()))
