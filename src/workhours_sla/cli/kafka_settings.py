"""The properties of librdkafka for a source or a sink: from the environment or a file."""

from __future__ import annotations

import os
from pathlib import Path

from workhours_sla.config.sections import Input, KafkaSettings
from workhours_sla.json.checked_data import Keys, Reader
from workhours_sla.stream.kafka_connection import properties_in, properties_of
from workhours_sla.text.messages import say


def secret_in(reader: Reader, keys: Keys, variable: str) -> str:
    """Return the text of an environment variable. Raises ConfigError if it is not set."""
    secret = os.environ.get(variable)
    if secret is None:
        reader.fail(keys, say("secret_unset", name=variable), say("set_secret"))
    return secret


def kafka_properties(
    reader: Reader, keys: Keys, options: Input | KafkaSettings
) -> dict[str, str] | None:
    """Return the properties that the keys of a section name, None if none do.

    Raises ConfigError with the key path.
    """
    variable, file = options.properties_env, options.properties_file
    if variable is not None:
        keys = (*keys, "properties_env")
        text = secret_in(reader, keys, variable)
        return reader.make(keys, lambda: properties_of(text, variable))
    if file is not None:
        return reader.make((*keys, "properties_file"), lambda: properties_in(Path(file)))
    return None
