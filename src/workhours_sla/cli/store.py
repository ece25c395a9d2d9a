"""The commands ``store check`` and ``store copy``: verify and copy a store of ``watch``."""

from __future__ import annotations

from typing import Final

import click

from workhours_sla.adapters.stores.copying import copy_store
from workhours_sla.adapters.stores.places import shown
from workhours_sla.adapters.stores.store_check import StoreFault, check_store
from workhours_sla.cli.help import argument, group, option
from workhours_sla.cli.options import config_option, json_option, lang_of_group, lang_option
from workhours_sla.cli.output import UNREADABLE, echo_json, printable
from workhours_sla.cli.store_place import store_place
from workhours_sla.text.language import language
from workhours_sla.text.shell import SHELL

SHOWN: Final = 20


@group()
@lang_of_group
def store() -> None:
    """Run one of the commands ``store``, whose help is in ``text.help``."""


@store.command()
@argument("store", metavar="STORE", required=False)
@config_option
@option("--all", "show_all", is_flag=True)
@lang_option
@json_option
def check(
    store: str | None, *, config: str | None, show_all: bool, lang: str | None, as_json: bool
) -> int:
    """Run the command ``store check``, whose help is in ``text.help``."""
    lang = language(lang)
    store = store_place(store, config, lang)
    faults = check_store(store)
    store = shown(store)
    if as_json:
        data = {"store": store, "sound": not faults, "faults": [one._asdict() for one in faults]}
        echo_json(data)
    else:
        for line in _lines(store, faults, lang, show_all=show_all):
            click.echo(line)
    return UNREADABLE if faults else 0


@store.command()
@argument("source", metavar="FROM")
@argument("target", metavar="TO")
@lang_option
def copy(source: str, target: str, *, lang: str | None) -> None:
    """Run the command ``store copy``, whose help is in ``text.help``."""
    count = copy_store(source, target)
    facts = {"source": shown(source), "target": shown(target), "count": count}
    click.echo(SHELL.text(language(lang), "store_copied", **facts))


def _lines(store: str, faults: tuple[StoreFault, ...], lang: str, *, show_all: bool) -> list[str]:
    if not faults:
        return [SHELL.text(lang, "store_sound", store=store)]
    shown = faults if show_all else faults[:SHOWN]
    lines = [_line(fault, lang) for fault in shown]
    if len(shown) < len(faults):
        lines.append(SHELL.text(lang, "and_more", count=len(faults) - len(shown)))
    return [*lines, SHELL.text(lang, "store_damaged", store=store, count=len(faults))]


def _line(fault: StoreFault, lang: str) -> str:
    return printable(SHELL.text(lang, f"fault_{fault.kind}", **fault._asdict()))
