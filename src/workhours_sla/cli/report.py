"""The command ``report``: write the compliance report of a file or a store of appeals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import click

from workhours_sla.cli.file_checks import (
    NamedFile,
    check_files,
    read_files,
    store_files,
    written_files,
)
from workhours_sla.cli.given import given_without_config
from workhours_sla.cli.help import command, option
from workhours_sla.cli.input import Rows, read_rows
from workhours_sla.cli.options import (
    CommonOptions,
    InputOptions,
    as_of_option,
    common_options,
    input_options,
    take,
    target_option,
)
from workhours_sla.cli.output import echo_json
from workhours_sla.cli.percentages import read_share
from workhours_sla.cli.policy_output import main_schedule, note_pauses
from workhours_sla.cli.revision import show_revision
from workhours_sla.cli.row_counts import store_lines
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import read_edge, read_time
from workhours_sla.compliance.agreement import Agreement, compare_claims
from workhours_sla.errors import shown
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.forecast import forecast_deadlines
from workhours_sla.sla.target import Target
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.messages import said

if TYPE_CHECKING:
    # these modules need numpy
    from workhours_sla.compliance.cases import Intake
    from workhours_sla.compliance.period import Earlier
    from workhours_sla.detection.detected import Given
    from workhours_sla.reports.report import Report

DEFAULT_RATE: Final = "90%"
EARLIER: Final[dict[str, Earlier]] = {"previous": "previous", "year": "year"}
"""Words that ``--compare-with`` accepts."""
LOOK_AHEAD: Final = timedelta(days=14)
"""Length of the period after ``--as-of`` whose deadlines a page shows."""


class _ReportOptions(NamedTuple):
    """The options that only ``report`` has."""

    as_of: str | None
    target: str | None
    target_rate: str
    by: str | None
    since: str | None
    until: str | None
    compare_with: str | None
    rebase: str | None
    csv_to: str | None
    xlsx_to: str | None
    html_to: str | None
    revise: str | None
    with_cases: bool


class _Edges(NamedTuple):
    """The begin and end of the period, and the date of a rebase, parsed from the options."""

    since: datetime | None
    until: datetime | None
    compare_with: Earlier | datetime | None
    rebase: date | None

    @classmethod
    def of(cls, wanted: _ReportOptions, zone: tzinfo) -> _Edges:
        """Parse the times in the options. Raises TimeSyntaxError, and click.UsageError.

        click.UsageError is raised for an unknown word in --compare-with.
        """
        since = None if wanted.since is None else read_edge(wanted.since, zone)
        until = None if wanted.until is None else read_edge(wanted.until, zone, is_end=True)
        if since is not None and until is not None and until <= since:
            raise click.UsageError(SHELL.text("no_period"))
        compared: Earlier | datetime | None = None
        if wanted.compare_with in EARLIER:
            compared = EARLIER[wanted.compare_with]
            if since is None:
                raise click.UsageError(SHELL.text("compare_needs_since", with_=wanted.compare_with))
        elif wanted.compare_with is not None:
            compared = read_edge(wanted.compare_with, zone)
        rebase = None if wanted.rebase is None else read_edge(wanted.rebase, zone).date()
        return cls(since, until, compared, rebase)


@command()
@input_options
@as_of_option
@target_option
@option("--target-rate", metavar="RATE", default=DEFAULT_RATE)
@option("--by", metavar="NAMES", without="those in the data")
@option("--since", metavar="TIME")
@option("--until", metavar="TIME")
@option("--compare-with", metavar="WHAT")
@option("--rebase", metavar="DATE")
@option("--csv", "csv_to", metavar="DIR")
@option("--xlsx", "xlsx_to", metavar="FILE")
@option("--html", "html_to", metavar="FILE")
@option("--revise", metavar="FILE")
@option("--with-cases", is_flag=True)
@common_options
def report(**options: Any) -> None:
    """Run the command ``report``, whose help is in ``text.catalog``."""
    wanted = take(_ReportOptions, options)
    source = take(InputOptions, options)
    common = take(CommonOptions, options)
    files = [
        *read_files("FILE", source.file),
        *read_files("--config", common.config),
        *read_files("--calendar-file", common.calendar_file),
        *read_files("--revise", wanted.revise),
        *store_files(source.store, is_written=False),
    ]
    # the files of --csv and --html are known only once there is a report
    early = [
        *written_files("--csv", wanted.csv_to),
        *written_files("--xlsx", wanted.xlsx_to),
        *written_files("--html", wanted.html_to),
    ]
    check_files((*files, *early))
    settings = Settings.of(common, wanted.target)
    rate = read_rate(wanted.target_rate)
    given = given_without_config(source, common, settings)
    made, result, target = _make(wanted, source, settings, rate, given)
    check_files(
        (
            *files,
            *_tables(made, wanted.csv_to),
            *written_files("--xlsx", wanted.xlsx_to),
            *_pages(made, wanted.html_to),
        ),
    )
    _write(made, wanted)
    if wanted.html_to is not None:
        _write_page(made, Path(wanted.html_to), result, target)
    if wanted.revise is not None:
        show_revision(made, Path(wanted.revise), as_json=settings.as_json)
    elif settings.as_json:
        from workhours_sla.reports.report import to_json

        echo_json(json.loads(to_json(made)))  # echo_json encodes it for standard output
    else:
        click.echo(made.text(*_groupings(wanted)))


def _groupings(wanted: _ReportOptions) -> list[str]:
    return [name.strip() for name in wanted.by.split(",")] if wanted.by is not None else []


def _make(
    wanted: _ReportOptions,
    source: InputOptions,
    settings: Settings,
    rate: float,
    given: Given | None,
) -> tuple[Report, Evaluation, Target]:
    """Read the appeals; return their report, the evaluation, and the reported target."""
    configuration = settings.configuration(one=True)
    policy = configuration.policy
    zone = main_schedule(configuration, wanted.target).tz
    as_of = read_time(wanted.as_of or "now", zone).when
    try:
        from workhours_sla.compliance.cases import cases_of_evaluation, refuse_repeated
        from workhours_sla.compliance.period import LISTED, ReportOptions
        from workhours_sla.reports.report import report as make_report
    except ImportError as error:
        raise click.UsageError(SHELL.text("no_numpy", error=said(str(error)))) from None
    rows = read_rows(source, configuration.mapping, given)
    refuse_repeated(rows.repeated)
    note_pauses(rows.events, configuration)
    result = evaluate(rows.events, policy, as_of=as_of, provisional=settings.provisional)
    settings.note_ends(configuration, as_of)
    cases = cases_of_evaluation(
        result,
        policy,
        as_of=as_of,
        target=wanted.target,
        events=rows.events,
        faults=Counter(fault.reason for fault in rows.faults),
    )
    cases = replace(cases, intake=_with_rows(cases.intake, rows))
    for line in store_lines(rows, as_of, policy.version, zone):
        click.echo(f"{SHELL.text('note')}: {line}", err=True)
    edges = _Edges.of(wanted, zone)
    try:
        made = make_report(
            cases,
            ReportOptions(
                target_rate=rate,
                by=None if wanted.by is None else _groupings(wanted),
                since=edges.since,
                until=edges.until,
                compare_with=edges.compare_with,
                rebase=edges.rebase,
                listed=LISTED if wanted.html_to is None else len(cases),
                with_cases=wanted.with_cases or wanted.revise is not None,
            ),
            events=rows.events,
            agreement=_agreement(result, rows, cases.target.name),
            lang=current(),
            title=configuration.mapping.report.heading("title", current()),
            organisation=configuration.mapping.report.heading("organisation", current()),
            names=configuration.mapping.names,
        )
    except LookupError as error:
        raise click.BadParameter(said(error.args[0]), param_hint="--by") from None
    return made, result, cases.target


def _agreement(result: Evaluation, rows: Rows, target: str) -> Agreement | None:
    return compare_claims(result.outcomes, rows.claims, target) if rows.claims else None


def _with_rows(intake: Intake, rows: Rows) -> Intake:
    """Add the counts of rejected rows, or the counts of a store, to an intake."""
    intake = replace(intake, ignored=rows.ignored, inverted=rows.inverted)
    if not rows.per_event:  # the order of rows of appeals does not show which events came late
        intake = replace(intake, late=None)
    stored = rows.stored
    if stored is None:
        return intake
    return intake.with_store(stored.counts.duplicate, (reason for _, reason in stored.left_out))


def read_rate(text: str) -> float:
    """Parse a share above 0 and at most 1 such as ``90%``, ``90 %``, ``89,5%`` or ``0.9``.

    Raises click.UsageError.

    >>> read_rate("89,5 %")
    0.895
    """
    share = read_share(text, is_percent=False)
    if not share or not (rate := float(share)):
        raise click.UsageError(SHELL.text("no_target_rate", text=shown(text)))
    return rate


def _tables(made: Report, csv_to: str | None) -> Iterator[NamedFile]:
    if csv_to is not None:
        from workhours_sla.reports.tables import table_files

        yield from written_files("--csv", *table_files(made, Path(csv_to)).values())


def _pages(made: Report, html_to: str | None) -> Iterator[NamedFile]:
    if html_to is not None:
        from workhours_sla.reports.page.page import page_files

        yield from written_files("--html", *page_files(made, Path(html_to)))


def _write(made: Report, wanted: _ReportOptions) -> None:
    """Write the tables and the workbook of a report, and print their paths on standard error."""
    xlsx_to = wanted.xlsx_to
    if wanted.csv_to is not None:
        from workhours_sla.reports.tables import write_tables

        for path in write_tables(made, wanted.csv_to):
            click.echo(str(path), err=True)
    if xlsx_to is not None:
        from workhours_sla.reports.workbook import write_workbook

        try:
            write_workbook(made, Path(xlsx_to))
        except ImportError as error:
            text = SHELL.text("no_xlsxwriter", error=error)
            raise click.UsageError(text) from None
        click.echo(xlsx_to, err=True)


def _write_page(made: Report, path: Path, result: Evaluation, target: Target) -> None:
    from workhours_sla.reports.page.page import traces_of, write_page

    mine = [outcome for outcome in result.outcomes if outcome.target == target.name]
    until = made.as_of + LOOK_AHEAD
    forecast = forecast_deadlines(mine, start=made.as_of, end=until, zone=ZoneInfo(made.tz))
    for written in write_page(made, path, traces=traces_of(mine, target), forecast=forecast):
        click.echo(str(written), err=True)
