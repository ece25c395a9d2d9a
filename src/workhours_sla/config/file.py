"""Read a configuration: a TOML file with the format of appeals, the targets and the schedules."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from workhours_sla.calendars.zones import time_zone
from workhours_sla.config.column_names import COLUMNS, REQUIRED, parts_of, shown_columns
from workhours_sla.config.policy_builder import (
    Configuration,
    check_policy,
    configured,
    default_schedule,
)
from workhours_sla.config.sections import Config, EmailSettings, Input, KafkaSettings
from workhours_sla.errors import ConfigError, shown
from workhours_sla.json.checked_data import Keys, Reader, as_written, key_path
from workhours_sla.sla.event import AUTHOR_ROLES, EventType
from workhours_sla.stream.sinks.kafka_sink import check_topic, cluster_of
from workhours_sla.stream.sinks.webhook import endpoint_of
from workhours_sla.text.amounts import parse_amount
from workhours_sla.text.catalog import read
from workhours_sla.text.messages import say

_PORTS: Final = range(1, 65_536)
_ADDRESS: Final = re.compile(r"[\w!#$%&'*+/=^`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
"""Without ``?``, so that no mail program reads an address as an encoded word (RFC 2047)."""
RENAMED = {"stops_on": "stops"}
"""The current name of each key from earlier versions."""
NAMED_FORMATS = ("default", "unix", "unix_ms", "excel")
"""Values of ``datetime_format`` that are names, not formats of ``strptime``."""
_CHOICES: Final[Mapping[str, tuple[str, Iterable[str]]]] = {
    "type": ("not_event_type", EventType),
    "author_role": ("not_role", AUTHOR_ROLES),
    "status": ("not_status", ("open", "paused", "answered", "closed")),
    "their_verdict": ("not_their_verdict", ("met", "breached")),
}
"""The canonical values of columns, and the cause of the error for any other value."""


def load(path: str | Path) -> Configuration:
    r"""Read the configuration of a TOML file in UTF-8.

    The defaults of [schedule] are the calendar of Russia and the hours Mo-Fr
    09:00-13:00,14:00-18:00. The default time zone is the zone of the calendar's region, or
    Europe/Moscow for the calendar of Russia and if there is no calendar. Raises ConfigError for a
    file that cannot be read. For a value that cannot be used, the error has the key path (``key``).

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "office.toml")
    ...     _ = file.write_text('preset = "volgograd"\n[schedule]\ncalendar = "RU-VGG"')
    ...     configuration = load(file)
    >>> [target.name for target in configuration.policy.targets]
    ['volgograd reply']
    >>> configuration.schedules["default"].tz.key
    'Europe/Volgograd'
    """
    return _configuration(load_config(Path(path)), str(path))


def parse(text: str, *, name: str = "the configuration") -> Configuration:
    r"""Read the configuration of TOML text; messages call the text ``name``.

    Raises ConfigError for text that is not TOML, with its line (``line``) if it is known. For a
    value that cannot be used, the error has the key path (``key``).

    >>> parse('[target]\nbudget = "9h"').policy.targets[0].budget
    datetime.timedelta(seconds=32400)
    """
    return _configuration(parse_config(text, name), name)


def _configuration(config: Config, name: str) -> Configuration:
    default = Reader(name).make(("schedule",), lambda: default_schedule(config.schedule))
    return configured(config, default)


def load_config(path: Path) -> Config:
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except FileNotFoundError:
        raise ConfigError(say("no_config", name=repr(name)), name=name) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConfigError(say("config_unreadable", name=repr(name), why=why), name=name) from None
    try:
        text = content.decode("utf-8-sig", "strict" if len(content) < LARGEST else "replace")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(say("config_not_utf8", name=name, line=line)) from None
    return parse_config(text, name)


def parse_config(text: str, name: str) -> Config:
    reader = Reader(name, renamed=RENAMED)
    tables = tables_of(text, name)
    check_answered(tables, text, name)
    config: Config = reader.convert(tables, Config)
    _check_input(reader, config.input)
    _check_columns(reader, config)
    _check_values(reader, config)
    _check_sinks(reader, config)
    _check_service(reader, config)
    check_policy(reader, config)
    return config


def _check_input(reader: Reader, options: Input) -> None:
    reader.parse(("input", "encoding"), _check_encoding, options.encoding)
    reader.parse(("input", "delimiter"), _check_delimiter, options.delimiter)
    formats = options.datetime_format
    if formats == ():
        reader.fail(("input", "datetime_format"), say("formats_missing"), say("write_formats"))
    if isinstance(formats, tuple):
        for index, one in enumerate(formats):
            reader.parse(("input", "datetime_format", index), _check_datetime_format, one)
    else:
        reader.parse(("input", "datetime_format"), _check_datetime_format, formats)
    reader.parse(("input", "tz"), time_zone, options.tz)
    reader.parse(("input", "tolerance"), parse_amount, options.tolerance)
    for key, given, kind in (
        ("first_event", options.first_event is not None, "events"),
        ("tolerance", bool(parse_amount(options.tolerance)), "appeals"),
    ):
        if given and options.kind != kind:
            what = say("key_of_other_kind", key=key, kind=options.kind)
            reader.fail(("input", key), what, say("leave_out_or_kind", kind=kind))
    pairs = [("brokers", "topic"), ("topic", "brokers")]
    pairs += [(key, "topic") for key in ("idle", "properties_env", "properties_file")]
    for key, other in pairs:
        if getattr(options, key) is not None and getattr(options, other) is None:
            facts = {"key": key, "other": other}
            reader.fail(
                ("input", key), say("kafka_key_alone", **facts), say("kafka_add_key", **facts)
            )
    reader.parse(("input", "idle"), parse_amount, options.idle)
    _check_kafka(reader, ("input",), options)


def _check_kafka(reader: Reader, keys: Keys, options: Input | KafkaSettings) -> None:
    brokers = options.brokers
    if brokers is not None:
        reader.make((*keys, "brokers"), lambda: cluster_of(brokers, None))
    reader.parse((*keys, "topic"), check_topic, options.topic)
    if options.properties_env is not None and options.properties_file is not None:
        reader.fail((*keys, "properties_file"), say("kafka_one_of"), say("kafka_keep_one"))


def _check_encoding(text: str) -> None:
    try:
        codecs.getincrementaldecoder(text)
        "a".encode(text)
    except (LookupError, ValueError):
        raise ConfigError(say("no_encoding", text=shown(text))) from None


def _check_delimiter(text: str) -> None:
    if len(text) != 1 or text in '"\r\n\0':
        raise ConfigError(say("no_delimiter", text=shown(text)))


def _check_datetime_format(text: str) -> None:
    """Raise ConfigError unless a format contains year, month, day, hour and minute."""
    if text in NAMED_FORMATS:
        return
    probe = datetime(2021, 11, 23, 14, 35, tzinfo=UTC)
    back = None
    # strptime drops the name of a zone, and takes 1900 if there is no year
    if "%Z" not in text and re.search("%[YyGcx]", text):
        try:
            back = datetime.strptime(probe.strftime(text), text)  # noqa: DTZ007
        except (ValueError, re.error):
            back = None
    if back is None or back.replace(tzinfo=UTC) != probe:
        raise ConfigError(say("no_time_format", text=shown(text)))


def _check_columns(reader: Reader, config: Config) -> None:
    kind = config.input.kind
    sections = (("columns", config.columns), ("values", config.values), ("ignore", config.ignore))
    for section, canonical in ((section, one) for section, table in sections for one in table):
        others = [one for one, known in COLUMNS.items() if canonical in known]
        if others and kind not in others:
            what = say("kind_without_column", kind=kind)
            reader.fail((section, canonical), what, say("set_kind", kind=others[0]))
        what = say("no_column_of_kind", kind=kind)
        reader.choose((section, canonical), canonical, COLUMNS[kind], what)
    for canonical in REQUIRED[kind]:
        if not config.columns.get(canonical, canonical):
            what = say("column_unnamed")
            reader.fail(("columns", canonical), what, say("every_row_needs_it"))
    for canonical, written in config.columns.items():
        if not all(name for part in parts_of(written) for name in part):
            reader.fail(("columns", canonical), say("column_unnamed"), say("name_each_column"))
    answered = config.columns.get("answered_at", "answered_at")
    if kind == "appeals" and answered == config.columns.get("posted_at", "posted_at"):
        what = say("one_column_of_both", column=shown(shown_columns(answered)))
        reader.fail(("columns", "answered_at"), what, say("name_both_columns"))


def _check_values(reader: Reader, config: Config) -> None:
    for canonical, meanings in config.values.items():
        for value, meaning in meanings.items():
            _check_meaning(reader, ("values", canonical, value), canonical, meaning)
    for canonical, ignored in config.ignore.items():
        for value in sorted(set(ignored).intersection(config.values.get(canonical, {}))):
            what = say("ignored_and_mapped", value=shown(value))
            reader.fail(("ignore", canonical), what, say("keep_one_of_both"))


def _check_sinks(reader: Reader, config: Config) -> None:
    """Raise ConfigError about a sink that cannot be used. Secrets and passwords are not read."""
    for name, sink in config.sinks.items():
        keys = ("sinks", name)
        if not re.fullmatch(r"[\w-]+", name) or name == "stdout":  # a path is the name of a file
            reader.fail(keys, say("not_sink_name", name=shown(name)), say("write_sink_name"))
        if isinstance(sink, EmailSettings):
            _check_mail(reader, keys, sink, config)
        elif isinstance(sink, KafkaSettings):
            _check_kafka(reader, keys, sink)
        else:
            check = partial(endpoint_of, sink.url, allow_private=sink.allow_private)
            reader.make((*keys, "url"), check)
    for name, agency in config.agencies.items():
        for address in agency.addresses:
            reader.parse(("agencies", name, "email"), _check_address, address)


def _check_mail(reader: Reader, keys: Keys, sink: EmailSettings, config: Config) -> None:
    reader.parse((*keys, "from"), _check_address, sink.sender)
    if sink.port not in _PORTS:
        what = say("not_valid", value=shown(sink.port))
        reader.fail((*keys, "port"), what, say("write_as", example=587))
    if sink.user is not None and sink.password_env is None:
        reader.fail((*keys, "user"), say("user_without_password"), say("name_password"))
    if not any(agency.addresses for agency in config.agencies.values()):
        reader.fail(keys, say("mail_without_addresses"), say("write_addresses"))


def _check_address(text: str) -> None:
    if not _ADDRESS.fullmatch(text):
        raise ConfigError(say("not_address", text=shown(text)))


def _check_meaning(
    reader: Reader,
    keys: Keys,
    canonical: str,
    meaning: str | bool,  # noqa: FBT001
) -> None:
    if canonical == "substantive":
        if meaning not in (True, False, "true", "false", ""):
            what = say("not_true_or_false", value=shown(meaning))
            reader.fail(keys, what, say("write_true_or_false"))
    elif isinstance(meaning, bool):
        what = say("expected", kind=say("kind_text"), got=as_written(meaning))
        reader.fail(keys, what, say("write_as", example='"text"'))
    elif meaning and canonical in _CHOICES:
        cause, choices = _CHOICES[canonical]
        reader.choose(keys, meaning, choices, say(cause, value=shown(meaning)))


def _check_service(reader: Reader, config: Config) -> None:
    vk = config.service.vk
    for group, text in (vk.confirmations if vk is not None else {}).items():
        keys = ("service", "vk", "confirmations", group)
        if not re.fullmatch(r"[1-9]\d{0,18}", group, re.ASCII):
            reader.fail(keys, say("not_a_group", group=shown(group)), say("write_group"))
        if not re.fullmatch(r"[\x21-\x7e]{1,100}", text, re.ASCII):
            what = say("not_a_confirmation", text=shown(text))
            reader.fail(keys, what, say("write_confirmation"))


LONGEST: Final = 1_000_000
"""Maximum number of characters in a file."""
LARGEST: Final = 4 * LONGEST + 8
"""Number of bytes to read: a longer file has more than ``LONGEST`` characters in UTF-8."""
DEEPEST: Final = 16
"""Maximum number of dots in a key: a parsed key of some ten thousand would crash Python."""
_DEEP: Final = re.compile(r"^[ \t\[]*(?:[^\s.=\"'#\[\]]+[ \t]*\.[ \t]*){17}", re.MULTILINE)
"""Matches a key with more dots."""
OPEN: Final = '"?"'
"""The value of a key that waits for an answer, as TOML."""


def tables_of(text: str, name: str) -> dict[str, Any]:
    """Parse TOML text and return its tables; messages call the text ``name``."""
    if len(text) > LONGEST:
        raise ConfigError(say("toml_long", name=name, most=LONGEST))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        number = text.count("\n", 0, error.start) + 1
        raise ConfigError(say("toml_surrogate", name=name, line=number)) from None
    if deep := _DEEP.search(text):
        number = text.count("\n", 0, deep.start()) + 1
        raise ConfigError(say("toml_dots", name=name, line=number, most=DEEPEST))
    try:
        # without this line ending, an error at the end of the text would have no line number
        return tomllib.loads(text + "\n")
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        found = re.search(r"at line (\d+)", why)
        msg = say("toml_syntax", name=name, why=f"{why[:1].lower()}{why[1:]}")
        raise ConfigError(msg, line=int(found[1]) if found else None) from None
    except RecursionError:
        raise ConfigError(say("toml_deep", name=name)) from None
    except ValueError:  # raised by int()
        raise ConfigError(say("toml_digits", name=name)) from None


def check_answered(tables: dict[str, object], text: str, name: str) -> None:
    """Raise ConfigError with the question if a key of parsed TOML has the value ``"?"``."""
    for keys in _open_keys(tables, ()):
        path = key_path(keys)
        question = _question_above(text, str(keys[-1]))
        asked = say("open_question_is", question=question) if question else ""
        msg = say("open_question", path=path, name=name, asked=asked)
        raise ConfigError(msg, key=path, name=name)


def _open_keys(value: object, keys: Keys) -> Iterator[Keys]:
    if value == "?":
        yield keys
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _open_keys(inner, (*keys, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _open_keys(inner, (*keys, index))


def _question_above(text: str, key: str) -> str:
    lines = text.split("\n")
    opened = (f"{key} = {OPEN}", f'"{key}" = {OPEN}')
    at = next((at for at, line in enumerate(lines) if line.startswith(opened)), 0)
    labels = tuple(f"# {label}: " for label in read("init")["question"].values())
    found: list[str] = []
    for line in reversed(lines[:at]):
        if line.startswith(labels):
            return " ".join([line.partition(": ")[2], *found])
        if line.startswith("#"):
            found.insert(0, line.removeprefix("#").strip())
        elif found or not line.strip() or line.startswith("["):
            break  # a question may ask for several keys, which follow each other
    return ""
