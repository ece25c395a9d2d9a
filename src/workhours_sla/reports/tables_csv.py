r"""A report as CSV: a file per table, in UTF-8, under the names of the columns.

Shares are from 0 to 1 with a point, amounts hours and minutes of working time, instants ISO 8601;
an empty cell is a figure that there is not. Text that a spreadsheet would take for a formula has an
apostrophe before it, and control characters are shown as ``\x1b``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from workhours_sla.adapters.output import write_files
from workhours_sla.compliance.report import Report
from workhours_sla.reports.rows import columns_of, csv_table, table_names


def write_tables(report: Report, directory: Path) -> list[Path]:
    """Write every table of a report into a directory, made if need be; return the files.

    ``table_files`` says which they are. On a full disk all of them stay as they were. Raises
    OSError.
    """
    files = table_files(report, directory)
    directory.mkdir(parents=True, exist_ok=True)
    write_files({path: csv_table(columns_of(report, name)) for name, path in files.items()})
    return list(files.values())


def table_files(report: Report, directory: Path) -> Mapping[str, Path]:
    """Return the file of each table, by its name.

    A table named by a column of one's own has a file of that name, made safe for a path, and
    numbered where another table has it: of ``a b`` and ``a_b`` the second is ``a_b-2.csv``.
    """
    files: dict[str, Path] = {}
    taken: set[str] = set()
    for name in table_names(report):
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        stem, number = safe, 1
        # some systems do not tell letters apart that differ in case or composition
        while (same := unicodedata.normalize("NFKC", stem).casefold()) in taken:
            number += 1
            stem = f"{safe}-{number}"
        taken.add(same)
        files[name] = directory / f"{stem}.csv"
    return files
