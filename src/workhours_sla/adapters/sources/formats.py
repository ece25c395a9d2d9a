"""The formats of files: how each is recognised, and which module reads it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, cast
from zoneinfo import ZoneInfo

from workhours_sla.adapters.columns import CLAIM_COLUMNS
from workhours_sla.adapters.sources.json_shape import is_document
from workhours_sla.adapters.sources.layout import Layout
from workhours_sla.adapters.sources.mapping import Mapper
from workhours_sla.adapters.sources.nested import nested
from workhours_sla.adapters.sources.text_lines import HEAD, MARKS_AND_BLANKS, binary_format
from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import parse_amount

if TYPE_CHECKING:
    from workhours_sla.adapters.config.sections import Config, Format, Input
    from workhours_sla.adapters.sources.opened_file import OpenedFile
    from workhours_sla.adapters.sources.records import Reader, RecordMapper

ENDINGS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xes": "xes",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
_MODULES: Final[dict[Format, str]] = {
    "csv": "delimited",
    "jsonl": "jsonl",
    "vk": "networks.vk",
    "vk_callback": "networks.vk_callback",
    "ok": "networks.ok",
    "max": "networks.max",
    "telegram": "networks.telegram",
    "xes": "xes",
    "open311": "open311",
    "cloudevents": "cloudevents",
    "zendesk": "zendesk",
    "zammad": "zammad",
    "jira": "jira",
    "servicenow": "servicenow",
    "json": "json_rows",
    "xlsx": "workbook",
    "xls": "workbook",
    "ods": "workbook",
    "parquet": "arrow_tables",
    "arrow": "arrow_tables",
}
"""The module of each format in this package; a module may read several formats."""
UNITS: Final[dict[Format, Literal["line", "row", "record"]]] = {
    "csv": "line",
    "jsonl": "line",
    "xlsx": "row",
    "xls": "row",
    "ods": "row",
    "parquet": "row",
    "arrow": "row",
}
"""What the number ``line`` of a Fault counts, in each format: ``record`` if it is not here."""
DOCUMENTS: Final[frozenset[Format]] = frozenset(
    {"vk", "ok", "telegram", "xes", "open311", "zendesk", "zammad", "jira", "servicenow"}
)
"""Formats of documents, whose records are not in the order of their receipt."""
NOT_FOLLOWED: Final[frozenset[Format]] = DOCUMENTS | {
    *("json", "xlsx", "xls", "ods", "parquet", "arrow"),
}
"""Formats that cannot be followed while they grow, besides CSV."""
_LINE_MAPPERS: Final[dict[Format, tuple[str, str]]] = {
    "vk_callback": ("networks.vk_callback", "VkCallbackMapper"),
    "max": ("networks.max", "MaxMapper"),
    "cloudevents": ("cloudevents", "line_mapper"),
}
"""The module of each format that can be followed, and what returns its mapper of lines."""
NETWORKS: Final[frozenset[Format]] = frozenset({"vk", "vk_callback", "ok", "max", "telegram"})
"""Formats of comments, whose ids are those of the network."""


def format_of(opened: OpenedFile, options: Input) -> Format:
    """Return the format of a file by its first bytes, by its suffix, or by its first line.

    The first bytes show binary formats, whatever the suffix. If the suffix is ``.json`` or unknown,
    a file that begins with a brace or a bracket is JSON Lines or one JSON document, and any other
    is CSV.
    """
    head = opened.chunks.head(HEAD)
    binary = binary_format(head)
    if binary is not None:
        return binary
    found = ENDINGS.get(opened.ending)
    if found is not None:
        return found
    begins = opened.chunks.peek().lstrip(MARKS_AND_BLANKS)[:1]
    if opened.ending != ".json" and begins not in (b"{", b"["):
        return "csv"
    if options.path is not None:
        return "json"
    return "json" if is_document(opened, options.encoding) else "jsonl"


def layout_of(config: Config) -> Layout:
    """Return the layout of a file's rows that ``config`` describes."""
    options = config.input
    return Layout(
        kind=options.kind,
        columns=config.columns,
        values=config.values,
        datetime_format=options.datetime_format,
        tz=None if options.tz is None else ZoneInfo(options.tz),
        source=options.source,
        ignore=config.ignore,
        first_is_created=options.first_event == "created",
        tolerance=parse_amount(options.tolerance),
    )


def mapper_of(config: Config) -> RecordMapper:
    """Return the mapper of the lines that ``watch`` follows. Raises SourceError.

    Only formats whose records are single lines of JSON can be followed, and only if a record does
    not depend on later ones, as statuses do. What another system says is not read.
    """
    found = config.input.format
    if found in _LINE_MAPPERS:
        module, name = _LINE_MAPPERS[found]
        mapper = getattr(import_module(f"workhours_sla.adapters.sources.{module}"), name)
        return cast("RecordMapper", mapper(layout_of(config), config.input))
    check_followed(found)
    if config.input.kind == "statuses":
        raise SourceError(say("statuses_not_followed"))
    layout = layout_of(config)
    unread = dict.fromkeys(CLAIM_COLUMNS, "")
    return nested(Mapper(replace(layout, columns={**layout.columns, **unread})))


def check_followed(format: Format | None) -> None:  # noqa: A002 - the configuration key
    """Raise SourceError if files of a format cannot be followed while they grow."""
    if format in NOT_FOLLOWED:
        raise SourceError(say("format_not_followed", format=format), format=format)


def reader_of(format: Format) -> Reader:  # noqa: A002 - the configuration key
    """Return the function that reads a format. Its module is imported only now."""
    module = import_module(f"workhours_sla.adapters.sources.{_MODULES[format]}")
    return cast("Reader", module.read)
