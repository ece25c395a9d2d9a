"""Read files of appeals in tests: their items, events and faults, or the sentence of a refusal."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from workhours_sla import Event
from workhours_sla.config import parse
from workhours_sla.errors import SourceError
from workhours_sla.files import open_source
from workhours_sla.sources.rows import Fault
from workhours_sla.text.catalog import LANGUAGES, QUARANTINE_REASONS, language
from workhours_sla.text.messages import sentence

Items = list[Fault | tuple[Event, ...]]


def read(
    source: object,
    config: str = "",
    *,
    encoding: str = "utf-8",
    name: str = "rows",
    whole_rows: bool = False,
) -> Items:
    """Return the items of a path, of bytes, of text, or of a value that is written as JSON."""
    if not isinstance(source, bytes | str | Path):
        source = json.dumps(source)
    mapping = parse(config).mapping
    if isinstance(source, Path):
        with open_source(source, mapping, whole_rows=whole_rows) as file:
            return list(file)
    content = source.encode(encoding) if isinstance(source, str) else source
    with open_source(BytesIO(content), mapping, name=name, whole_rows=whole_rows) as file:
        return list(file)


def events(items: Items) -> list[Event]:
    return [event for item in items if not isinstance(item, Fault) for event in item]


def faults(items: Items) -> list[Fault]:
    found = [item for item in items if isinstance(item, Fault)]
    assert {fault.reason for fault in found} <= set(QUARANTINE_REASONS)
    return found


def refusal(source: object, config: str = "", *, encoding: str = "utf-8") -> str:
    """Return the sentence with which a file is refused; it is one in each language."""
    with pytest.raises(SourceError) as caught:
        read(source, config, encoding=encoding)
    for lang in LANGUAGES:
        with language(lang):
            assert "\n" not in sentence(caught.value)
            assert "{" not in sentence(caught.value).replace("{}", "")
    return str(caught.value)
