"""The command ``serve``: answer questions about working time over HTTP."""

from __future__ import annotations

import os
from typing import Any, Final

import click

from workhours_sla.cli.help import command, option
from workhours_sla.cli.options import CommonOptions, calendar_file_option, lang_option, take
from workhours_sla.cli.settings import Settings
from workhours_sla.errors import EngineError
from workhours_sla.text.messages import say

HOST: Final = "127.0.0.1"
PORT: Final = 8000


@command()
@option("--config", metavar="FILE", required=True)
@calendar_file_option
@option("--host", metavar="ADDRESS", default=HOST)
@option("--port", metavar="PORT", type=click.IntRange(0, 65_535), default=PORT)
@lang_option
def serve(
    config: str, *, calendar_file: str | None, host: str, port: int, lang: str | None
) -> None:
    """Run the command ``serve``, whose help is in ``text.help``."""
    options: dict[str, Any] = dict.fromkeys(CommonOptions._fields)
    options |= {"config": config, "calendar_file": calendar_file, "lang": lang}
    settings = Settings.of(take(CommonOptions, options | {"as_json": False, "provisional": False}))
    try:
        from workhours_sla.service import run  # noqa: PLC0415 - needs the extra
        from workhours_sla.service.app import application  # noqa: PLC0415
        from workhours_sla.service.tokens import Tokens  # noqa: PLC0415
    except ImportError as error:
        raise EngineError(say("no_service")) from error
    configuration = settings.configuration()
    tokens = Tokens.of(configuration.mapping.service, os.environ)
    run.check_host(host, tokens)
    app = application(configuration.policy, tokens, lang=settings.lang)
    run.serve(app, run.bound(host, port), lang=settings.lang)
