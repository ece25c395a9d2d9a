"""The command ``report``: write the compliance report of a file or a store of appeals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from workhours_sla.cli.help import Options, command, option
from workhours_sla.cli.input import Rows, read_share
from workhours_sla.cli.judged import Judged, as_of_time, judged
from workhours_sla.cli.output import Stages, echo_json, echo_lines, note_text, width
from workhours_sla.cli.settings import CommonOptions, InputOptions, Settings, edge
from workhours_sla.cli.store_command import check_files, read_files, store_files, written_files
from workhours_sla.compliance.agreement import compare_claims
from workhours_sla.errors import shown
from workhours_sla.sla.forecast import forecast_deadlines
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.messages import said

if TYPE_CHECKING:
    # these modules need numpy
    from workhours_sla.compliance.cases import Intake
    from workhours_sla.reports.public_report import Report

EARLIER: Final = frozenset({"previous", "year"})
MOST_GROUPS: Final = 10
"""The most agencies in a table of text without ``--all``."""
LOOK_AHEAD: Final = timedelta(days=14)
"""Length of the period after ``--as-of`` whose deadlines a page shows."""


class _ReportOptions(Options):
    as_of: str | None = option("--as-of", metavar="TIME", without="now")
    target: str | None = option("--target", metavar="NAME")
    target_rate: str = option("--target-rate", metavar="RATE", default="90%")
    by: str | None = option("--by", metavar="NAMES", without="those in the data")
    since: str | None = option("--since", metavar="TIME")
    until: str | None = option("--until", metavar="TIME")
    compare_with: str | None = option(
        "--compare-with", metavar="WHAT", without="previous with --since"
    )
    rebase: str | None = option("--rebase", metavar="DATE")
    csv: str | None = option("--csv", metavar="DIR")
    xlsx: str | None = option("--xlsx", metavar="FILE")
    html: str | None = option("--html", metavar="FILE")
    show_all: bool = option("--all", is_flag=True)

    @property
    def groupings(self) -> list[str] | None:
        return None if self.by is None else [name.strip() for name in self.by.split(",")]

    def period(self, zone: tzinfo) -> dict[str, Any]:
        """Return the options of the period. Raises click.UsageError."""

        def of(name: str, text: str | None, *, is_end: bool = False) -> datetime | None:
            return None if text is None else edge(name, text, zone, is_end=is_end)

        since, until = of("--since", self.since), of("--until", self.until, is_end=True)
        if since is not None and until is not None and until <= since:
            raise click.UsageError(SHELL.text("no_period"))
        compared: datetime | str | None = self.compare_with
        if compared is None and since is not None:
            compared = "previous"
        if compared in EARLIER and since is None:
            raise click.UsageError(SHELL.text("compare_needs_since", with_=compared))
        if compared not in EARLIER:
            compared = of("--compare-with", self.compare_with)
        rebase = of("--rebase", self.rebase)
        return {
            "since": since,
            "until": until,
            "compare_with": compared,
            "rebase": rebase and rebase.date(),
        }


@command("report", InputOptions, _ReportOptions, CommonOptions)
def report(source: InputOptions, wanted: _ReportOptions, common: CommonOptions) -> None:
    files = [
        *read_files("FILE", source.file),
        *read_files("--config", common.config),
        *read_files("--calendar-file", common.calendar_file),
        *store_files(source.store, is_written=False),
        *written_files("--xlsx", wanted.xlsx),
    ]
    # the files of --csv and --html are known only once there is a report
    folders = *written_files("--csv", wanted.csv), *written_files("--html", wanted.html)
    check_files((*files, *folders))
    settings = Settings.of(common, wanted.target)
    rate = _read_rate(wanted.target_rate)
    with Stages() as stages:
        made, found, target = _made(wanted, source, settings, rate, stages)
        tables, pages = _files_of(made, wanted)
        named = *written_files("--csv", *tables), *written_files("--html", *pages)
        check_files((*files, *named))
        for path in _write(made, wanted, found, target):
            click.echo(str(path), err=True)
    if common.as_json:
        from workhours_sla.reports.public_report import to_json

        echo_json(json.loads(to_json(made)))  # echo_json encodes it for standard output
    else:
        from workhours_sla.reports.plain_text import plain_text

        text = plain_text(
            made.named(),
            wanted.groupings or (),
            made.headings,
            width=width(),
            most=None if wanted.show_all else MOST_GROUPS,
            coloured=width() is not None,
        )
        echo_lines(text.split("\n"))


def _made(
    wanted: _ReportOptions, source: InputOptions, settings: Settings, rate: float, stages: Stages
) -> tuple[Report, Judged, Target]:
    configuration = settings.configuration(one=True)
    as_of = as_of_time(wanted.as_of, configuration, wanted.target)
    try:
        from workhours_sla.compliance.cases import cases_of_evaluation
        from workhours_sla.compliance.period import LISTED, ReportOptions
        from workhours_sla.reports.public_report import report as make_report
    except ImportError as error:
        raise click.UsageError(SHELL.text("no_numpy", error=said(str(error)))) from None
    found = judged(settings, configuration, source, as_of, stages)
    rows, result = found.rows, found.result
    stages.begin("report")
    cases = cases_of_evaluation(
        result,
        configuration.policy,
        as_of=as_of,
        target=wanted.target,
        events=rows.events,
        faults=Counter(fault.reason for fault in rows.faults),
    )
    cases = replace(cases, intake=_with_rows(cases.intake, rows))
    for line in found.store_lines():
        note_text(line)
    texts, name = configuration.mapping.report, cases.target.name
    options = ReportOptions(
        target_rate=rate,
        by=wanted.groupings,
        **wanted.period(found.schedule.tz),
        listed=LISTED if wanted.html is None and wanted.xlsx is None else len(cases),
    )
    try:
        made = make_report(
            cases,
            options,
            events=rows.events,
            agreement=compare_claims(result.outcomes, rows.claims, name) if rows.claims else None,
            lang=current(),
            title=texts.heading("title", current()),
            organisation=texts.heading("organisation", current()),
            names=configuration.mapping.names,
        )
    except LookupError as error:
        raise click.BadParameter(said(error.args[0]), param_hint="--by") from None
    return made, found, cases.target


def _with_rows(intake: Intake, rows: Rows) -> Intake:
    intake = replace(
        intake,
        ignored=rows.ignored - rows.without_appeal,
        without_appeal=rows.without_appeal,
        inverted=rows.inverted,
    )
    if not rows.per_event:  # the order of rows of appeals does not show which events came late
        intake = replace(intake, late=None)
    stored = rows.stored
    if stored is None:
        return intake
    return intake.with_store(stored.counts.duplicate, (reason for _, reason in stored.left_out))


def _read_rate(text: str) -> float:
    """Parse a share above 0 and at most 1 such as ``89,5%`` or ``0.9``. Raises click.UsageError."""
    share = read_share(text, is_percent=False)
    if not share or not (rate := float(share)):
        raise click.UsageError(SHELL.text("no_target_rate", text=shown(text)))
    return rate


def _files_of(made: Report, wanted: _ReportOptions) -> tuple[Sequence[Path], Sequence[Path]]:
    """Return the files of ``--csv`` and of ``--html``."""
    tables: Sequence[Path] = ()
    pages: Sequence[Path] = ()
    if wanted.csv is not None:
        from workhours_sla.reports.csv_tables import table_files

        tables = [*table_files(made, Path(wanted.csv)).values()]
    if wanted.html is not None:
        from workhours_sla.reports.page.page import page_files

        pages = [*page_files(made, Path(wanted.html))]
    return tables, pages


def _write(made: Report, wanted: _ReportOptions, found: Judged, target: Target) -> Iterator[Path]:
    if wanted.csv is not None:
        from workhours_sla.reports.csv_tables import write_tables

        yield from write_tables(made, wanted.csv)
    if wanted.xlsx is not None:
        from workhours_sla.reports.workbook import write_workbook

        try:
            write_workbook(made, Path(wanted.xlsx))
        except ImportError as error:
            raise click.UsageError(SHELL.text("no_xlsxwriter", error=error)) from None
        yield Path(wanted.xlsx)
    if wanted.html is not None:
        from workhours_sla.reports.page.page import traces_of, write_page

        mine = [outcome for outcome in found.result.outcomes if outcome.target == target.name]
        until = made.as_of + LOOK_AHEAD
        forecast = forecast_deadlines(mine, start=made.as_of, end=until, zone=ZoneInfo(made.tz))
        traces = traces_of(mine, target)
        yield from write_page(made, Path(wanted.html), traces=traces, forecast=forecast)
