"""Find and open the store of a command: the option ``--store``, or the section [store]."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from workhours_sla.cli.output import echo_note
from workhours_sla.cli.times import show_time
from workhours_sla.errors import StoreError
from workhours_sla.sla.event import ALLOWED_SKEW
from workhours_sla.stores.open import IN_USE, open_store, shown, wait_for_store
from workhours_sla.stores.store import DatabaseStore
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.messages import sentence


def store_place(given: str | None, config: str | None) -> str:
    """Return the value of ``--store``, or else of ``url`` in the configuration file ``config``.

    Raises click.UsageError if neither is given, and ConfigError.
    """
    place = place_if_given(given, config)
    if place is None:
        raise click.UsageError(SHELL.text("no_store_given"))
    return place


def place_if_given(given: str | None, config: str | None) -> str | None:
    """Return the value of ``--store``, or else of ``url`` in a configuration file, or None.

    Raises ConfigError.
    """
    if given is not None or config is None:
        return given
    from workhours_sla.config.file import load_config

    return load_config(Path(config)).store.url


def opened_store(place: str, *, standby: bool) -> DatabaseStore:
    """Open a store for a pipeline.

    With ``standby``, wait while another process writes the store or its server is down, and print
    notes before and after. Also print a note if the watermark is ahead of the machine's clock.
    Raises StoreError.
    """
    store = _waited_for(place) if standby else open_store(place)
    ahead = store.watermark
    if ahead is not None and ahead - datetime.now(UTC) > ALLOWED_SKEW:
        echo_note("watermark_ahead", name=shown(place), watermark=show_time(ahead, offset=True))
    return store


def _waited_for(place: str) -> DatabaseStore:
    name = shown(place)

    def on_wait(error: StoreError) -> None:
        if error.cause in IN_USE:
            echo_note("standby_waits", name=name)
        else:
            echo_note("standby_without_server", error=sentence(error))

    store, has_waited = wait_for_store(place, on_wait)
    if has_waited:
        echo_note("standby_starts", name=name)
    return store
