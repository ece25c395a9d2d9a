"""The commands about a store that ``watch`` keeps."""

from __future__ import annotations

import json
from typing import Final

import click

from workhours_sla.adapters.stores.sqlite_check import StoreFault, check_store
from workhours_sla.text import words
from workhours_sla.text.shell import language, say

EXIT_DAMAGED: Final = 2
SHOWN: Final = 20


@click.group()
def store() -> None:
    """Look after the store that watch keeps."""


@store.command()
@click.argument("store", metavar="STORE")
@click.option("--all", "show_all", is_flag=True, help=f"List every fault, not the first {SHOWN}.")
@click.option("--lang", type=click.Choice(words.LANGUAGES), help="[the environment's]")
@click.option("--json", "as_json", is_flag=True, help="Data for programs.")
def check(store: str, *, show_all: bool, lang: str | None, as_json: bool) -> int:
    """Verify STORE: its pages, every row, and the rows that refer to others.

    Exits 0 if it is sound and 2 if not. Another process may be writing it.
    """
    faults = check_store(store)
    if as_json:
        data = {"store": store, "sound": not faults, "faults": [one._asdict() for one in faults]}
        click.echo(json.dumps(data, indent=2))
    else:
        for line in _page(store, faults, language(lang), show_all=show_all):
            click.echo(line)
    return EXIT_DAMAGED if faults else 0


def _page(store: str, faults: tuple[StoreFault, ...], lang: str, *, show_all: bool) -> list[str]:
    if not faults:
        return [say("store_sound", lang, store=store)]
    shown = faults if show_all else faults[:SHOWN]
    lines = [_line(fault, lang) for fault in shown]
    if len(shown) < len(faults):
        lines.append(say("and_more", lang, count=len(faults) - len(shown)))
    return [*lines, say("store_damaged", lang, store=store, count=len(faults))]


def _line(fault: StoreFault, lang: str) -> str:
    facts = fault._asdict()
    place = ""
    if fault.row is not None:
        place = say("fault_row", lang, **facts)
    elif fault.table and fault.kind != "definition":
        place = say("fault_table", lang, **facts)
    line = place + say(f"fault_{fault.kind}", lang, **facts)
    return "".join(c if c.isprintable() else "?" for c in line)
