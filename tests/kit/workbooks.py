"""Workbooks for tests: sheets written by xlsxwriter, and parts of workbooks written by hand."""

import struct
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def xlsx(fill: Callable[[Any, Any], None], *, sheets: Sequence[str] = ("Лист1",)) -> bytes:
    import xlsxwriter

    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    for sheet in sheets:
        fill(book, book.add_worksheet(sheet))
    book.close()
    return content.getvalue()


def xlsx_of(rows: Sequence[Sequence[object]], **formats: str) -> bytes:
    """Return a workbook of one sheet; ``formats`` are the formats of numbers, by class name."""

    def fill(book: Any, sheet: Any) -> None:
        shown = {name: book.add_format({"num_format": code}) for name, code in formats.items()}
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if value is not None:
                    sheet.write(y, x, value, shown.get(type(value).__name__))

    return xlsx(fill)


def changed(book: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    content = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(content, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, bytes)(old.read(name)))
    return content.getvalue()


def ods(*rows: str, sheet: str = "Лист1", manifest: str = "") -> bytes:
    """Return a workbook of ODS; ``rows`` are the XML of its rows."""
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} {CALC}>'
        f'<office:body><office:spreadsheet><table:table table:name="{sheet}">{"".join(rows)}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as book:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        book.writestr("mimetype", kind, compress_type=0)
        book.writestr("content.xml", xml)
        book.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return content.getvalue()


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE compound file with sectors of 512 bytes and no small streams."""
    sectors: list[bytes] = []
    table: list[int] = []

    def add(content: bytes) -> int:
        first = len(sectors)
        count = max(1, -(-len(content) // 512))
        for number in range(count):
            sectors.append(content[number * 512 : number * 512 + 512].ljust(512, b"\0"))
            table.append(first + number + 1 if number + 1 < count else 0xFFFFFFFE)
        return first

    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        entries.append(_entry(name, 2, add(padded), len(padded)))
    directory = add(b"".join(entries).ljust(512, b"\0"))
    place = len(sectors)
    table.append(0xFFFFFFFD)
    sectors.append(struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table))))
    none = 0xFFFFFFFE
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, none, 0, none, 0)
    head += struct.pack("<109I", place, *[0xFFFFFFFF] * 108)
    return head + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text) + 2, kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
