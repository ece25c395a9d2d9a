"""Create the sinks of a configuration file, to which ``watch`` sends changes."""

from __future__ import annotations

import os
from functools import partial

from workhours_sla.adapters.checked_data import Reader
from workhours_sla.adapters.config.sections import Config
from workhours_sla.adapters.sinks.webhook import WebhookSink
from workhours_sla.text.messages import say


def configured_sinks(config: Config, file: str) -> list[WebhookSink]:
    """Return the sinks of the section [sinks], with their secrets from the environment.

    ``file`` is the name of the configuration file. Raises ConfigError with the key path.
    """
    reader = Reader(file)
    found = []
    for name, settings in config.sinks.items():
        keys = ("sinks", name, "secret_env")
        secret = os.environ.get(settings.secret_env)
        if secret is None:
            reader.fail(keys, say("secret_unset", name=settings.secret_env), say("set_secret"))
        make = partial(WebhookSink, name, settings.url, secret)
        found.append(reader.make(keys, partial(make, allow_private=settings.allow_private)))
    return found
