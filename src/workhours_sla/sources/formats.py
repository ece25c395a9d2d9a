"""The supported file formats: how to recognise each, and which module reads it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, cast
from zoneinfo import ZoneInfo

from workhours_sla.config.column_names import CLAIM_COLUMNS
from workhours_sla.errors import SourceError
from workhours_sla.sources.json_records import is_document
from workhours_sla.sources.layout import Layout
from workhours_sla.sources.mapping import Mapper
from workhours_sla.sources.nested import nested
from workhours_sla.sources.text_lines import HEAD, MARKS_AND_BLANKS, binary_format
from workhours_sla.text.messages import say
from workhours_sla.worktime.budget import parse_amount

if TYPE_CHECKING:
    from workhours_sla.config.sections import Config, Format, Input
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.records import Reader, RecordMapper

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
    "open311": "desks",
    "cloudevents": "cloudevents",
    "zendesk": "desks",
    "zammad": "desks",
    "jira": "desks",
    "servicenow": "desks",
    "json": "json_rows",
    "xlsx": "workbook",
    "xls": "workbook",
    "ods": "workbook",
    "parquet": "arrow_tables",
    "arrow": "arrow_tables",
}
"""The module in this package that reads each format."""
UNITS: Final[dict[Format, Literal["line", "row", "record"]]] = {
    "csv": "line",
    "jsonl": "line",
    "xlsx": "row",
    "xls": "row",
    "ods": "row",
    "parquet": "row",
    "arrow": "row",
}
"""The unit that ``Fault.line`` counts in each format; ``record`` for formats not listed."""
DOCUMENTS: Final[frozenset[Format]] = frozenset(
    {"vk", "ok", "telegram", "xes", "open311", "zendesk", "zammad", "jira", "servicenow"}
)
"""Document formats, which do not list records in the order of their receipt."""
NOT_FOLLOWED: Final[frozenset[Format]] = DOCUMENTS | {
    *("json", "xlsx", "xls", "ods", "parquet", "arrow"),
}
"""Formats, besides CSV, that ``watch`` cannot follow."""
_LINE_MAPPERS: Final[dict[Format, tuple[str, str]]] = {
    "vk_callback": ("networks.vk_callback", "VkCallbackMapper"),
    "max": ("networks.max", "MaxMapper"),
    "cloudevents": ("cloudevents", "line_mapper"),
}
"""For each format that ``watch`` can follow: its module, and the function that makes its mapper."""
LINE_FORMATS: Final = frozenset(_LINE_MAPPERS)
"""Formats, besides JSON Lines of events and appeals, whose records are single lines."""
NETWORKS: Final[frozenset[Format]] = frozenset({"vk", "vk_callback", "ok", "max", "telegram"})
"""Formats of comments from social networks.

The ids in such a file are those of the network.
"""


def format_of(opened: OpenedFile, options: Input) -> Format:
    """Detect the format of a file from its first bytes, its suffix or its first line.

    Binary formats are recognised by their first bytes, whatever the suffix. If the suffix is
    ``.json`` or unknown, a file that begins with a brace or a bracket is JSON Lines or one JSON
    document, and any other file is CSV.
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
    """Return the row layout that ``config`` describes."""
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


def mapper_of(config: Config, name: str = "-") -> RecordMapper:
    """Return the mapper for the lines of ``name`` that ``watch`` follows. Raises SourceError.

    A format can be followed only if each record is one line of JSON that does not depend on later
    lines. Rows of statuses do depend on later ones. Claims of other systems are not read. The
    mapper raises SourceError if [columns] leaves ``answered_at`` open and, before any answer, a
    column has a value that may be one.
    """
    found = config.input.format
    if found in _LINE_MAPPERS:
        module, name = _LINE_MAPPERS[found]
        mapper = getattr(import_module(f"workhours_sla.sources.{module}"), name)
        return cast("RecordMapper", mapper(layout_of(config), config.input))
    check_followed(found)
    if config.input.kind == "statuses":
        raise SourceError(say("statuses_not_followed"))
    layout = layout_of(config)
    unread = dict.fromkeys(CLAIM_COLUMNS, "")
    mapper = Mapper(replace(layout, columns={**layout.columns, **unread}))
    if "answered_at" not in layout.columns:
        mapper.followed = name
    return nested(mapper)


def check_followed(format: Format | None) -> None:
    """Raise SourceError if ``watch`` cannot follow files of a format."""
    if format in NOT_FOLLOWED:
        raise SourceError(say("format_not_followed", format=format), format=format)


def reader_of(format: Format) -> Reader:
    """Import the module of a format, and return its reading function."""
    module = import_module(f"workhours_sla.sources.{_MODULES[format]}")
    return cast("Reader", module.read)
