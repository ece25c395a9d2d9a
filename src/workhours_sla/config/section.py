"""The base of all sections of a configuration file, and the keys that several have."""

from __future__ import annotations

from typing import Annotated

import msgspec


def described(text: str, *examples: object) -> msgspec.Meta:
    """Return the description and the examples of a key in the JSON Schema."""
    return msgspec.Meta(description=text, examples=list(examples) or None)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base class of the tables of a configuration file; the fields are the keys of the table."""


ScheduleName = Annotated[
    str, described("The name of a schedule in [schedules], or default for that of [schedule].")
]
PropertiesEnv = Annotated[
    str,
    described(
        "The environment variable with properties of librdkafka for TLS and the login, key=value "
        "on each line.",
        "KAFKA_PROPERTIES",
    ),
]
PropertiesFile = Annotated[
    str,
    described(
        "The file with properties of librdkafka for TLS and the login, key=value on each line.",
        "/etc/workhours/kafka.properties",
    ),
]
