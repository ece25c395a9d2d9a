r"""Write a report as CSV files in UTF-8, one for each table.

Shares are from 0 to 1, amounts of working time are hours and minutes, and instants are in ISO 8601.
An empty cell is a missing figure. Text that a spreadsheet would take for a formula is preceded by
an apostrophe, and control characters are escaped, such as ``\x1b``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.disk.atomic_write import write_files
from workhours_sla.reports.report_tables import columns_of, csv_table, table_names


def write_tables(report: ReportNumbers, directory: str | PathLike[str]) -> list[Path]:
    """Write every table of a report as a CSV file into a directory, and return the files.

    The directory is created if it does not exist. If writing fails, for example on a full disk, no
    file is changed. Raises OSError.

    >>> from tempfile import TemporaryDirectory
    >>> from datetime import datetime, timedelta
    >>> import numpy as np
    >>> from workhours_sla import Schedule, Target
    >>> from workhours_sla.report import AppealColumns, cases_of_columns, report
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> target = Target("first reply", timedelta(hours=4), office)
    >>> columns = AppealColumns(np.array(["2025-03-11T07:15"], "M8[s]"), np.array(["NaT"], "M8[s]"))
    >>> when = datetime(2025, 3, 13, tzinfo=office.tz)
    >>> made = report(cases_of_columns(columns, target, as_of=when))
    >>> with TemporaryDirectory() as directory:
    ...     sorted(path.name for path in write_tables(made, Path(directory)))[:3]
    ['arrival_class.csv', 'attribution.csv', 'backlog.csv']
    """
    files = table_files(report, Path(directory))
    Path(directory).mkdir(parents=True, exist_ok=True)
    contents = ((path, columns_of(report, name)) for name, path in files.items())
    write_files({path: csv_table(columns) for path, columns in contents})
    return list(files.values())


def table_files(report: ReportNumbers, directory: Path) -> Mapping[str, Path]:
    """Return the files that ``write_tables`` writes, keyed by the name of the table.

    The name of a file is the name of its table with unsafe characters replaced. If that name is
    taken, a number is added: the files of the tables ``a b`` and ``a_b`` are ``a_b.csv`` and
    ``a_b-2.csv``.
    """
    files: dict[str, Path] = {}
    taken: set[str] = set()
    for name in table_names(report):
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        stem, number = safe, 1
        # Some file systems do not distinguish letters that differ in case or Unicode composition.
        while (same := unicodedata.normalize("NFKC", stem).casefold()) in taken:
            number += 1
            stem = f"{safe}-{number}"
        taken.add(same)
        files[name] = directory / f"{stem}.csv"
    return files
