"""The supported file formats: one row for each, with all that differs between formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from workhours_sla.config.sections import Format
from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say

HEAD: Final = 128  # number of bytes at the beginning of a file that identify a binary format
_ODS: Final = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


class FileFormat(NamedTuple):
    """A format of files.

    A document ``is_document`` does not list records in the order of their receipt. ``watch`` can
    follow a file that ``is_followed``: lines of events or appeals, or those that ``mapper`` maps.
    """

    read: str  # the module in this package and its function that reads a file
    unit: Literal["line", "row", "record"] = "record"  # what ``Fault.line`` counts
    is_document: bool = False
    is_followed: bool = False
    mapper: str = ""  # the module and the function that makes the mapper of a line
    is_network: bool = False
    endings: tuple[str, ...] = ()  # the suffixes of files
    begins: tuple[bytes, ...] = ()  # the first bytes of a binary format


FORMATS: Final[Mapping[Format, FileFormat]] = {
    "csv": FileFormat("delimited.read", "line", is_followed=True, endings=(".csv", ".tsv", ".txt")),
    "jsonl": FileFormat(
        "json_rows.read_lines", "line", is_followed=True, endings=(".jsonl", ".ndjson")
    ),
    "json": FileFormat("json_rows.read_documents"),
    "ods": FileFormat("sheets.read", "row", endings=(".ods",), begins=(b"PK\x03\x04",)),
    "xlsx": FileFormat("sheets.read", "row", endings=(".xlsx", ".xlsm"), begins=(b"PK\x03\x04",)),
    "xls": FileFormat(
        "sheets.read", "row", endings=(".xls",), begins=(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
    ),
    "html": FileFormat("delimited.read_html", "row", endings=(".html", ".htm")),
    "parquet": FileFormat("arrow_files.read", "row", endings=(".parquet",), begins=(b"PAR1",)),
    "arrow": FileFormat(
        "arrow_files.read",
        unit="row",
        endings=(".arrow", ".feather"),
        begins=(b"ARROW1\0\0", b"\xff\xff\xff\xff"),
    ),
    "vk": FileFormat("networks.vk.read", is_document=True, is_network=True),
    "vk_callback": FileFormat(
        "networks.vk.read_callback",
        is_followed=True,
        mapper="networks.vk.VkCallbackMapper",
        is_network=True,
    ),
    "ok": FileFormat("networks.ok.read", is_document=True, is_network=True),
    "max": FileFormat(
        "networks.max.read",
        is_followed=True,
        mapper="networks.max.MaxMapper",
        is_network=True,
    ),
    "telegram": FileFormat("networks.telegram.read", is_document=True, is_network=True),
    "cloudevents": FileFormat(
        "cloudevents.read", is_followed=True, mapper="cloudevents.line_mapper"
    ),
    "open311": FileFormat("open311.read", is_document=True),
    **dict.fromkeys(
        ("zendesk", "zammad", "jira", "servicenow"), FileFormat("desks.read", is_document=True)
    ),
}
ENDINGS: Final[Mapping[str, Format]] = {
    ending: name for name, one in FORMATS.items() for ending in one.endings
}
"""The format of each suffix of files."""
NETWORKS: Final = frozenset(name for name, one in FORMATS.items() if one.is_network)
"""Formats of comments from social networks."""


def binary_format(head: bytes) -> Format | None:
    r"""Return the binary format of a file that begins with ``head``, None for other files.

    >>> binary_format(b"PK\x03\x04..."), binary_format(b"appeal_id,type")
    ('xlsx', None)
    """
    found = [name for name, one in FORMATS.items() if one.begins and head.startswith(one.begins)]
    if "ods" in found and _ODS not in head[:HEAD]:
        found.remove("ods")
    return next(iter(found), None)


def check_followed(format: Format | None) -> None:
    """Raise SourceError if ``watch`` cannot follow files of a format."""
    if format is not None and not FORMATS[format].is_followed:
        raise SourceError(say("format_not_followed", format=format))
