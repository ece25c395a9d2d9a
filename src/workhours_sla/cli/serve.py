"""The command ``serve``: answer questions about working time, and receive events, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from workhours_sla.cli.help import command, option
from workhours_sla.cli.options import (
    SKEW,
    CommonOptions,
    calendar_file_option,
    lang_option,
    store_of_watch,
    take,
)
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.store_place import place_if_given
from workhours_sla.errors import ConfigError, EngineError
from workhours_sla.text.catalog import LANGUAGES, SHELL, current
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.config.policy import Configuration
    from workhours_sla.config.sections import Config
    from workhours_sla.service.live import Live

HOST: Final = "127.0.0.1"
PORT: Final = 8000
RATE: Final = 100
"""Requests per second of each client."""


class _ServeOptions(NamedTuple):
    """The options that only ``serve`` has."""

    host: str
    port: int
    rate: int
    store: str | None
    standby: bool
    sinks: Sequence[str]
    digests: str | None
    skew: str | None
    retain: int | None


@command()
@option("--config", metavar="FILE", required=True)
@calendar_file_option
@option("--host", metavar="ADDRESS", default=HOST)
@option("--port", metavar="PORT", type=click.IntRange(0, 65_535), default=PORT)
@option("--rate", metavar="N", type=click.IntRange(0, 1_000_000), default=RATE)
@store_of_watch
@option("--standby", is_flag=True)
@option("--sink", "sinks", multiple=True, metavar="FILE")
@option("--digests", metavar="FILE")
@option("--skew", metavar="AMOUNT", without=SKEW)
@option("--retain", type=click.IntRange(1, 36_500), metavar="DAYS", without="never")
@lang_option
def serve(**options: Any) -> None:
    """Run the command ``serve``, whose help is in ``text.catalog``."""
    wanted = take(_ServeOptions, options)
    common = dict.fromkeys(CommonOptions._fields) | {
        name: options[name] for name in ("config", "calendar_file")
    }
    place = place_if_given(wanted.store, options["config"])
    _check(wanted, place, common)
    settings = Settings.of(take(CommonOptions, common | {"as_json": False, "provisional": False}))
    try:
        from workhours_sla.service import run
        from workhours_sla.service.api import Limits
        from workhours_sla.service.app import application
        from workhours_sla.service.operations import Labels, WithStore
        from workhours_sla.service.reporting import Reports
        from workhours_sla.service.tokens import Tokens
        from workhours_sla.service.webhooks import Webhooks
    except ImportError as error:
        raise EngineError(say("no_service")) from error
    configuration = settings.configuration()
    tokens = Tokens.of(configuration.mapping.service, os.environ)
    run.check_host(wanted.host, tokens)
    proxies = run.checked_proxies(configuration.mapping.service, tokens)
    if place is None:
        _check_sections(configuration.mapping)
    run.log_to_stderr()
    with _opened(wanted, place, configuration, options["config"]) as live:
        store = None
        if live is not None:
            settings.note_ends(configuration, live.clock())
            mapping = configuration.mapping
            titles = {one: mapping.report.heading("organisation", one) for one in LANGUAGES}
            store = WithStore(
                live,
                webhooks=Webhooks.of(mapping, live, os.environ),
                reports=Reports(live, configuration),
                labels=Labels(mapping.names, titles),
            )
        limits = Limits(rate=wanted.rate)
        app = application(
            configuration.policy,
            tokens,
            store,
            lang=current(),
            limits=limits,
            proxies=proxies,
        )
        run.serve(app, run.bound(wanted.host, wanted.port), live)


def _check_sections(mapping: Config) -> None:
    """Raise ConfigError for a section of the configuration that needs --store."""
    found = [f"service.{name}" for name in ("vk", "max") if getattr(mapping.service, name)]
    found += [f"sinks.{name}" for name in mapping.sinks]
    if found:
        raise ConfigError(say("section_without_store", section=found[0]))


def _check(wanted: _ServeOptions, place: str | None, common: dict[str, Any]) -> None:
    """Raise click.UsageError for options that need a store, and for a file that is given twice."""
    given = {
        "--standby": wanted.standby,
        "--sink": wanted.sinks,
        "--digests": wanted.digests,
        "--skew": wanted.skew,
        "--retain": wanted.retain,
    }
    for name, value in given.items():
        if value and place is None:
            raise click.UsageError(SHELL.text("only_with_store", option=name))
    if place is None:
        return
    from workhours_sla.cli.file_checks import (
        check_files,
        read_files,
        store_files,
        written_files,
    )

    check_files(
        (
            *read_files("--config", common["config"]),
            *read_files("--calendar-file", common["calendar_file"]),
            *store_files(place, is_written=True),
            *written_files("--sink", *wanted.sinks),
            *written_files("--digests", wanted.digests),
        ),
    )


@contextmanager
def _opened(
    wanted: _ServeOptions, place: str | None, configuration: Configuration, config: str
) -> Iterator[Live | None]:
    """Open the store and everything that is written; yield None without a store."""
    if place is None:
        yield None
        return
    from workhours_sla.cli.outputs import (
        OutputOptions,
        note_failure,
        open_outputs,
    )
    from workhours_sla.cli.sinks import configured_sinks
    from workhours_sla.cli.store_place import opened_store
    from workhours_sla.service.live import Live
    from workhours_sla.service.middleware import LOG
    from workhours_sla.stores.open import has_store
    from workhours_sla.stream.pipeline import Pipeline
    from workhours_sla.worktime.amounts import parse_amount

    def note(key: str, /, **facts: object) -> None:
        LOG.warning(key.replace("_", "-"), extra={"text": SHELL.text(key, **facts)})

    skew = wanted.skew or SKEW
    options = OutputOptions(wanted.sinks, wanted.digests, skew, wanted.standby)
    remote = configured_sinks(configuration.mapping, config, wanted.digests)
    options.check_lines(is_new=not (wanted.standby or has_store(place)))
    with ExitStack() as stack:
        store = opened_store(place, standby=wanted.standby)
        retain = None if wanted.retain is None else timedelta(days=wanted.retain)
        pipeline = stack.enter_context(Pipeline(store, configuration.policy, retain=retain))
        sinks, digests, mails = open_outputs(
            stack, pipeline, store, options, configuration, remote, _now, note
        )
        yield stack.enter_context(
            Live(
                pipeline,
                sinks=sinks,
                digests=digests,
                skew=parse_amount(skew),
                clock=_now,
                on_failure=partial(note_failure, note),
                also_failing=mails.failing,
            )
        )


def _now() -> datetime:
    return datetime.now(UTC)
