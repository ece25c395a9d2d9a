"""How well a target is kept: the compliance report of a file of appeals."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from workhours_sla.adapters.config.sections import Config
from workhours_sla.cli.answers import echo_json
from workhours_sla.cli.file_checks import (
    NamedFile,
    check_files,
    read_files,
    store_files,
    written_files,
)
from workhours_sla.cli.input import Stored, appeals_options, read_rows, store_lines
from workhours_sla.cli.policy_output import main_schedule
from workhours_sla.cli.settings import Settings, common_options
from workhours_sla.cli.times import read_time
from workhours_sla.errors import shown
from workhours_sla.sla.evaluate import Evaluation, evaluate
from workhours_sla.sla.forecast import forecast_deadlines
from workhours_sla.sla.target import Target
from workhours_sla.text.shell import language, say

if TYPE_CHECKING:
    from workhours_sla.compliance.cases import Intake
    from workhours_sla.compliance.revision import Revision
    from workhours_sla.reports.report import Report

DEFAULT_RATE: Final = "90%"
SHOWN_CHANGES: Final = 20
LOOK_AHEAD: Final = timedelta(days=14)
"""How far ahead a page shows deadlines."""
SHOWN_FIGURES: Final = (
    *("arrived", "matured", "met", "breached", "pending", "paused", "withdrawn", "excluded"),
    *("rate", "verdict"),
)
"""The figures whose changes are told in text."""
_RATE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%?)")


@click.command()
@appeals_options
@click.option("--as-of", metavar="TIME", help="The instant to reckon at. [now]")
@click.option("--target", metavar="NAME", help="Which target, where there are several.")
@click.option("--target-rate", metavar="RATE", default=DEFAULT_RATE, show_default=True)
@click.option("--by", metavar="NAMES", help="agency,district,channel,topic. [those that there are]")
@click.option("--compare-from", metavar="TIME", help="Take apart how the share changed then.")
@click.option("--csv", "csv_to", metavar="DIR", help="Also write every table as CSV.")
@click.option("--xlsx", "xlsx_to", metavar="FILE", help="Also write a workbook.")
@click.option("--html", "html_to", metavar="FILE", help="Also write a page with charts.")
@click.option("--revise", metavar="FILE", help="Say what changed since a report kept as JSON.")
@common_options
def report(  # noqa: PLR0913
    file: str | None,
    *,
    store: str | None,
    assume_tz: str | None,
    min_read: str,
    as_of: str | None,
    target: str | None,
    target_rate: str,
    by: str | None,
    compare_from: str | None,
    csv_to: str | None,
    xlsx_to: str | None,
    html_to: str | None,
    revise: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Report how well FILE's appeals were answered in time; - reads standard input.

    The share in time is that of the appeals whose limit has passed, by week of arrival and by
    what they belong to, with intervals. FILE and --store are as for check. --json gives all
    figures; kept in a file they are what --revise compares with.
    """
    files = [
        *read_files("FILE", file),
        *read_files("--config", options["config"]),
        *read_files("--calendar-file", options["calendar_file"]),
        *read_files("--revise", revise),
        *store_files(store, is_written=False),
    ]
    # those that are known beforehand, and a folder that is no folder
    wanted = [
        *written_files("--csv", csv_to),
        *written_files("--xlsx", xlsx_to),
        *written_files("--html", html_to),
    ]
    check_files((*files, *wanted), language(options["lang"]))
    settings = Settings.of(**options)
    config = settings.config or Config()
    promises = settings.promises()
    zone = main_schedule(promises).tz
    reckoned_at = read_time(as_of or "now", zone).when
    rate = read_rate(target_rate)
    try:
        from workhours_sla.compliance.cases import cases_of_evaluation  # noqa: PLC0415
        from workhours_sla.compliance.report import LISTED, ReportOptions  # noqa: PLC0415
        from workhours_sla.reports.report import report as make_report  # noqa: PLC0415
    except ImportError as error:
        msg = f"reports need numpy: pip install 'workhours-sla[report]' ({error})"
        raise click.UsageError(msg) from None
    rows = read_rows(file, store, config, assume_tz, min_read=min_read, lang=settings.lang)
    result = evaluate(
        rows.events, promises.policy, as_of=reckoned_at, provisional=settings.provisional
    )
    cases = cases_of_evaluation(
        result,
        promises.policy,
        as_of=reckoned_at,
        target=target,
        events=rows.events,
        faults=Counter(fault.reason for fault in rows.faults),
    )
    if rows.stored is not None:
        cases = replace(cases, intake=_of_store(cases.intake, rows.stored))
    version = promises.policy.version
    for line in store_lines(rows, reckoned_at, version, zone, settings.lang):
        click.echo(f"{say('note', settings.lang)}: {line}", err=True)
    names = None if by is None else [name.strip() for name in by.split(",")]
    try:
        made = make_report(
            cases,
            ReportOptions(
                target_rate=rate,
                by=names,
                compare_from=None if compare_from is None else read_time(compare_from, zone).when,
                listed=LISTED if html_to is None else len(cases),
            ),
            events=rows.events,
            lang=settings.lang,
        )
    except LookupError as error:
        raise click.BadParameter(str(error), param_hint="--by") from None
    check_files(
        (
            *files,
            *_tables(made, csv_to),
            *written_files("--xlsx", xlsx_to),
            *_pages(made, html_to),
        ),
        settings.lang,
    )
    _write(made, csv_to, xlsx_to)
    if html_to is not None:
        _write_page(made, Path(html_to), result, cases.target)
    if revise is not None:
        _show_revision(made, Path(revise), as_json=as_json)
    elif as_json:
        from workhours_sla.reports.report_json import to_json  # noqa: PLC0415

        echo_json(json.loads(to_json(made)))  # in what the stream can hold
    else:
        click.echo(made.text(*(names or ())))


def _of_store(intake: Intake, stored: Stored) -> Intake:
    """Return the intake with what a store keeps no more: repeats, and what stands aside there."""
    again = stored.held.duplicate
    more = replace(intake, read=intake.read + again, duplicate=intake.duplicate + again)
    return more.with_faults(Counter(reason for _, reason in stored.left_out))


def read_rate(text: str) -> float:
    """Return a share written as ``90%``, ``90 %``, ``89,5%`` or ``0.9``.

    Raises click.BadParameter for what is no share between 0 and 1.

    >>> read_rate("89,5 %")
    0.895
    """
    found = _RATE.fullmatch(text.strip())
    if found:
        # moved in text, so that 89.5 % is 0.895 and nothing beside it
        number = found[1].replace(",", ".")
        value = float(f"{number}e-2") if found[2] else float(number)
        if 0 < value < 1:
            return value
    msg = f"{shown(text)} is no share between 0 and 100 %; write it like 90% or 0.9"
    raise click.BadParameter(msg, param_hint="--target-rate")


def _tables(made: Report, csv_to: str | None) -> Iterator[NamedFile]:
    if csv_to is not None:
        from workhours_sla.reports.tables_csv import table_files  # noqa: PLC0415

        yield from written_files("--csv", *table_files(made, Path(csv_to)).values())


def _pages(made: Report, html_to: str | None) -> Iterator[NamedFile]:
    if html_to is not None:
        from workhours_sla.reports.page.page import page_files  # noqa: PLC0415

        yield from written_files("--html", *page_files(made, Path(html_to)))


def _write(made: Report, csv_to: str | None, xlsx_to: str | None) -> None:
    """Write the files that are wanted, and say so on standard error."""
    if csv_to is not None:
        from workhours_sla.reports.tables_csv import write_tables  # noqa: PLC0415

        for path in write_tables(made, Path(csv_to)):
            click.echo(str(path), err=True)
    if xlsx_to is not None:
        from workhours_sla.reports.xlsx import write_workbook  # noqa: PLC0415

        try:
            write_workbook(made, Path(xlsx_to))
        except ImportError as error:
            raise click.UsageError(str(error)) from None
        click.echo(xlsx_to, err=True)


def _write_page(made: Report, path: Path, result: Evaluation, target: Target) -> None:
    from workhours_sla.reports.page.page import traces_of, write_page  # noqa: PLC0415

    mine = [outcome for outcome in result.outcomes if outcome.target == target.name]
    until = made.as_of + LOOK_AHEAD
    forecast = forecast_deadlines(mine, start=made.as_of, end=until, zone=ZoneInfo(made.tz))
    for written in write_page(made, path, traces=traces_of(mine, target), forecast=forecast):
        click.echo(str(written), err=True)


def _show_revision(made: Report, kept: Path, *, as_json: bool) -> None:
    from workhours_sla.compliance.revision import revise  # noqa: PLC0415
    from workhours_sla.reports.report_json import (  # noqa: PLC0415
        from_json,
        revision_data,
    )

    old = from_json(kept.read_bytes(), name=str(kept))
    try:
        found = revise(old, made)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        echo_json(revision_data(found))
        return
    for line in _revision_lines(found, made.lang):
        click.echo(line)


def _revision_lines(found: Revision, lang: str) -> Iterator[str]:
    from workhours_sla.reports.plain_text import printable  # noqa: PLC0415
    from workhours_sla.text import words  # noqa: PLC0415
    from workhours_sla.text.report import CAUSES, heading, name_of, phrase  # noqa: PLC0415

    if not found.changes:
        yield phrase("unchanged", lang)
    causes = ", ".join(words.pick(CAUSES[cause], lang) for cause in found.causes)
    if causes:
        yield phrase("changed_by", lang, causes=causes)
    main = [change for change in found.changes if change.figure in SHOWN_FIGURES]
    for change in main[:SHOWN_CHANGES]:
        key = name_of(change.table, change.key, lang) if change.table != "total" else ""
        place = f"{heading(change.table, lang)} {printable(key)}".rstrip()
        old, new = (_figure(change.figure, value, lang) for value in (change.old, change.new))
        yield f"  {place}: {heading(change.figure, lang)} {old} -> {new}"
    more = len(found.changes) - len(main[:SHOWN_CHANGES])
    if more:
        yield phrase("more_changes", lang, count=more)


def _figure(figure: str, value: str | None, lang: str) -> str:
    from workhours_sla.reports.plain_text import NONE  # noqa: PLC0415
    from workhours_sla.text import words  # noqa: PLC0415
    from workhours_sla.text.numbers import number, percent  # noqa: PLC0415
    from workhours_sla.text.report import VERDICTS  # noqa: PLC0415

    if value is None:
        return NONE
    if figure == "rate":
        return number(percent(float(value), places=2), lang)
    return words.pick(VERDICTS[value], lang) if figure == "verdict" else value
