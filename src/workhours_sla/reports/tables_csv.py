r"""A report as CSV files in UTF-8, one for each table, with a line of column names.

Shares are from 0 to 1 with a point, amounts hours and minutes of working time, instants ISO 8601;
an empty cell is a missing figure. Text that a spreadsheet would take for a formula begins with an
apostrophe, and control characters are written as ``\x1b``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from workhours_sla.adapters.atomic_write import write_files
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.reports.rows import columns_of, csv_table, table_names


def write_tables(report: ReportNumbers, directory: Path) -> list[Path]:
    """Write every table of a report as a CSV file into a directory, and return the files.

    The directory is created if it does not exist. If writing fails, for example on a full disk,
    no file is changed. Raises OSError.

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
    ['arrival_class.csv', 'backlog.csv', 'days.csv']
    """
    files = table_files(report, directory)
    directory.mkdir(parents=True, exist_ok=True)
    write_files({path: csv_table(columns_of(report, name)) for name, path in files.items()})
    return list(files.values())


def table_files(report: ReportNumbers, directory: Path) -> Mapping[str, Path]:
    """Return the file of each table that ``write_tables`` writes, by the table's name.

    A grouping by an own column has a file of that name with unsafe characters replaced, and
    numbered if the name is taken: of ``a b`` and ``a_b`` the second is ``a_b-2.csv``.
    """
    files: dict[str, Path] = {}
    taken: set[str] = set()
    for name in table_names(report):
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        stem, number = safe, 1
        # some file systems do not distinguish letters that differ in case or composition
        while (same := unicodedata.normalize("NFKC", stem).casefold()) in taken:
            number += 1
            stem = f"{safe}-{number}"
        taken.add(same)
        files[name] = directory / f"{stem}.csv"
    return files
