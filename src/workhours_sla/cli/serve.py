"""The command ``serve``: answer questions about working time, and receive events, over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.outputs import OutputOptions, configured_sinks, note_failure, open_outputs
from workhours_sla.cli.settings import DatesOptions, LangOption, Settings
from workhours_sla.cli.store_command import place_if_given
from workhours_sla.errors import ConfigError, EngineError
from workhours_sla.text.catalog import LANGUAGES, SHELL, current
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from workhours_sla.config.policy_builder import Configuration
    from workhours_sla.config.sections import Config
    from workhours_sla.service.live import Live

RATE: Final = 100


class _ServeOptions(Options):
    config: str = option("--config", metavar="FILE", required=True)
    calendar_file: str | None = option("--calendar-file", metavar="FILE")
    host: str = option("--host", metavar="ADDRESS", default="127.0.0.1")
    port: int = option("--port", metavar="PORT", type=click.IntRange(0, 65_535), default=8000)
    rate: int = option("--rate", metavar="N", type=click.IntRange(0, 1_000_000), default=RATE)


@command("serve", _ServeOptions, OutputOptions, LangOption)
def serve(wanted: _ServeOptions, outputs: OutputOptions, _: LangOption) -> None:
    place = place_if_given(outputs.store, wanted.config)
    if place is not None:
        outputs.check_files(place, None, wanted.config, wanted.calendar_file)
    for name in ("standby", "sinks", "digests", "skew", "retain") if place is None else ():
        if getattr(outputs, name):
            option_name = f"--{name.removesuffix('s') if name == 'sinks' else name}"
            raise click.UsageError(SHELL.text("only_with_store", option=option_name))
    settings = Settings.of(DatesOptions(config=wanted.config, calendar_file=wanted.calendar_file))
    try:
        from workhours_sla.service import run
        from workhours_sla.service.api import Limits
        from workhours_sla.service.app import application
        from workhours_sla.service.operations import Labels, WithStore
        from workhours_sla.service.reporting import Reports
        from workhours_sla.service.tokens import Tokens
        from workhours_sla.service.webhook_requests import Webhooks
    except ImportError as error:
        raise EngineError(say("no_service")) from error
    configuration = settings.configuration()
    tokens = Tokens.of(configuration.mapping.service, os.environ)
    run.check_host(wanted.host, tokens)
    proxies = run.checked_proxies(configuration.mapping.service, tokens)
    if place is None:
        _check_sections(configuration.mapping)
    run.log_to_stderr()
    with _opened(outputs, wanted.config, place, configuration) as live:
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
            configuration.policy, tokens, store, lang=current(), limits=limits, proxies=proxies
        )
        run.serve(app, run.bound(wanted.host, wanted.port), live)


def _check_sections(mapping: Config) -> None:
    """Raise ConfigError for a section of the configuration that needs --store."""
    found = [f"service.{name}" for name in ("vk", "max") if getattr(mapping.service, name)]
    found += [f"sinks.{name}" for name in mapping.sinks]
    if found:
        raise ConfigError(say("section_without_store", section=found[0]))


@contextmanager
def _opened(
    outputs: OutputOptions, config: str, place: str | None, configuration: Configuration
) -> Iterator[Live | None]:
    """Open the store and everything that is written; yield None without a store."""
    if place is None:
        yield None
        return
    from workhours_sla.service.live import Live
    from workhours_sla.service.middleware import LOG

    def note(key: str, /, **facts: object) -> None:
        LOG.warning(key.replace("_", "-"), extra={"text": SHELL.text(key, **facts)})

    remote = configured_sinks(configuration.mapping, config, outputs.digests)
    with ExitStack() as stack:
        pipeline, store = outputs.pipeline(stack, place, configuration.policy)
        sinks, digests = open_outputs(
            stack, pipeline, store, outputs, configuration, remote, _now, note
        )
        yield stack.enter_context(
            Live(
                pipeline,
                sinks=sinks,
                digests=digests,
                skew=outputs.lateness,
                clock=_now,
                on_failure=partial(note_failure, note),
            )
        )


def _now() -> datetime:
    return datetime.now(UTC)
