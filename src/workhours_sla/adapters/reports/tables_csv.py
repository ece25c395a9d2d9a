"""A report as CSV: a file per table, in UTF-8, under the names of the columns.

Shares are from 0 to 1 with a point, amounts hours and minutes of working time, instants ISO 8601;
an empty cell is a figure that there is not.
"""

from __future__ import annotations

import csv
from pathlib import Path

from workhours_sla.adapters.reports.rows import cell_text, columns_of, table_names
from workhours_sla.compliance.report import Report


def write_tables(report: Report, directory: Path) -> list[Path]:
    """Write every table of a report into a directory, made if need be; return the files.

    A table named by a column of one's own goes to a file of that name, made safe for a path.
    Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in table_names(report):
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        path = directory / f"{safe}.csv"
        columns = columns_of(report, name)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for line in zip(*columns.values(), strict=True):
                writer.writerow([cell_text(value) for value in line])
        written.append(path)
    return written
