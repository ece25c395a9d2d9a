"""The command ``feeds``: print the secret address of each agency's iCalendar feed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from workhours_sla.cli.help import command, option
from workhours_sla.cli.options import json_option, lang_option
from workhours_sla.cli.output import echo_json, printable
from workhours_sla.errors import ConfigError, EngineError
from workhours_sla.text.messages import say

URL: Final = "http://127.0.0.1:8000"


@command()
@option("--config", metavar="FILE", required=True)
@option("--url", metavar="URL", default=URL)
@lang_option
@json_option
def feeds(config: str, *, url: str, as_json: bool) -> None:
    """Run the command ``feeds``, whose help is in ``text.catalog``."""
    from workhours_sla.adapters.config.file import load_config  # noqa: PLC0415

    try:
        from workhours_sla.service.feeds import FeedAddresses  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        raise EngineError(say("no_service")) from error
    addresses = FeedAddresses.of(load_config(Path(config)), os.environ)
    if addresses is None:
        raise ConfigError(say("no_feeds"))
    start = url.rstrip("/")
    if as_json:
        found = [
            {"agency_id": feed.agency_id, "name": feed.name, "url": start + feed.path}
            for feed in addresses
        ]
        echo_json({"schema": "workhours.feeds/1", "feeds": found})
        return
    width = max(len(feed.name) for feed in addresses)
    for feed in addresses:
        click.echo(printable(f"{feed.name:<{width}}  {start}{feed.path}"))
