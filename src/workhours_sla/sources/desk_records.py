"""Read the records of a service desk from JSON documents, such as the answers of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workhours_sla.sources.api_errors import check_api_error, refuse_document
from workhours_sla.sources.json_records import Closed, Place, records_of
from workhours_sla.sources.rows import Fault, clip
from workhours_sla.text.messages import Detail

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from workhours_sla.config.sections import Input
    from workhours_sla.sources.opened_file import OpenedFile
    from workhours_sla.sources.rows import Item, Record


def items_of(
    opened: OpenedFile,
    place: Place,
    mapper: Callable[[Record, int], Item],
    options: Input,
    marks: Collection[str],
) -> Iterator[Item]:
    """Yield the events, or the Fault, of every record of the documents in a file.

    A record has at least one of the keys ``marks``. Raises SourceError for a document without them,
    unless each line is a record. Raises it also if the file is not JSON, or has an error of
    an API.
    """
    line = 0
    for found in records_of(opened, place, encoding=options.encoding):
        if isinstance(found, Closed):
            check_api_error(opened.name, found.head, has_records=True)
            continue
        line += 1
        record = found.value
        if found.why is not None:
            yield Fault(line, "malformed", Detail(found.why), clip(found.text))
            continue
        if not place.are_lines and record.keys().isdisjoint(marks):
            check_api_error(opened.name, record)
            if found.is_alone:
                raise refuse_document(record, opened.name, ", ".join(place.keys or marks))
        yield mapper(record, line)
