"""The command ``serve``: answer questions about working time, and receive events, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.file_checks import check_files, read_files, store_files, written_files
from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.options import SKEW, DatesOptions, LangOption
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.store import place_if_given
from workhours_sla.errors import ConfigError, EngineError
from workhours_sla.text.catalog import LANGUAGES, SHELL, current
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.config.policy import Configuration
    from workhours_sla.config.sections import Config
    from workhours_sla.service.live import Live

RATE: Final = 100
"""Requests per second of each client."""


class _ServeOptions(Options):
    config: str = option("--config", metavar="FILE", required=True)
    calendar_file: str | None = option("--calendar-file", metavar="FILE")
    host: str = option("--host", metavar="ADDRESS", default="127.0.0.1")
    port: int = option("--port", metavar="PORT", type=click.IntRange(0, 65_535), default=8000)
    rate: int = option("--rate", metavar="N", type=click.IntRange(0, 1_000_000), default=RATE)
    store: str | None = option("--store", metavar="STORE", without="the store of --config")
    standby: bool = option("--standby", is_flag=True)
    sinks: Sequence[str] = option("--sink", multiple=True, metavar="FILE")
    digests: str | None = option("--digests", metavar="FILE")
    skew: str | None = option("--skew", metavar="AMOUNT", without=SKEW)
    retain: int | None = option(
        "--retain", type=click.IntRange(1, 36_500), metavar="DAYS", without="never"
    )


@command("serve", _ServeOptions, LangOption)
def serve(wanted: _ServeOptions, _: LangOption) -> None:
    """Run the command ``serve``, whose help is in ``text.catalog``."""
    place = place_if_given(wanted.store, wanted.config)
    _check(wanted, place)
    settings = Settings.of(DatesOptions(config=wanted.config, calendar_file=wanted.calendar_file))
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
    with _opened(wanted, place, configuration) as live:
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


def _check(wanted: _ServeOptions, place: str | None) -> None:
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
    check_files(
        (
            *read_files("--config", wanted.config),
            *read_files("--calendar-file", wanted.calendar_file),
            *store_files(place, is_written=True),
            *written_files("--sink", *wanted.sinks),
            *written_files("--digests", wanted.digests),
        ),
    )


@contextmanager
def _opened(
    wanted: _ServeOptions, place: str | None, configuration: Configuration
) -> Iterator[Live | None]:
    """Open the store and everything that is written; yield None without a store."""
    if place is None:
        yield None
        return
    from workhours_sla.cli.outputs import (
        OutputFiles,
        configured_sinks,
        note_failure,
        open_outputs,
    )
    from workhours_sla.service.live import Live
    from workhours_sla.service.middleware import LOG
    from workhours_sla.worktime.amounts import parse_amount

    def note(key: str, /, **facts: object) -> None:
        LOG.warning(key.replace("_", "-"), extra={"text": SHELL.text(key, **facts)})

    skew = wanted.skew or SKEW
    options = OutputFiles(wanted.sinks, wanted.digests, skew, wanted.standby, wanted.retain)
    remote = configured_sinks(configuration.mapping, wanted.config, wanted.digests)
    with ExitStack() as stack:
        pipeline, store = options.pipeline(stack, place, configuration.policy)
        sinks, digests = open_outputs(
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
            )
        )


def _now() -> datetime:
    return datetime.now(UTC)
