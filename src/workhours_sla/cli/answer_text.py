"""Text and JSON shared by the commands about one span of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from workhours_sla.cli.budgets import budget_text, counting_text
from workhours_sla.cli.settings import Settings
from workhours_sla.cli.times import GivenTime, show_end, show_time, zone_text
from workhours_sla.json.answers import OneTarget
from workhours_sla.text.catalog import SHELL, current
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.day_budgets import DayBudget

if TYPE_CHECKING:
    from workhours_sla.worktime.explain import Trace

LABEL_WIDTH: Final = 14


class Answer:
    """Prints an answer in lines, each with a label and a text."""

    def __init__(self, settings: Settings, one: OneTarget) -> None:
        self.settings = settings
        self.one = one
        self.text = SHELL.text

    def line(self, label: str, text: str) -> None:
        """Print a label and its text."""
        click.echo(f"{self.text(label):<{LABEL_WIDTH}}{text}".rstrip())

    def amount(self, amount: timedelta, kind: str = "working_time") -> str:
        """Return an amount of time in words, such as ``4:00 of working time``."""
        return budget_words(kind, format_amount(amount))

    def time(self, when: datetime, given: GivenTime | None = None, *, ends: bool = False) -> str:
        """Write a time in the schedule's zone, then the same time at the offset of ``given``.

        The second time is left out if ``given`` has no offset, or the same offset. With ``ends``,
        midnight at the end of a day budget is written as 24:00 of the date before.
        """
        show = show_end if ends and isinstance(self.one.budget, DayBudget) else show_time
        local = when.astimezone(self.one.schedule.tz)
        text = show(local, offset=True)
        if given is None or given.assumed_zone:
            return text
        other = when.astimezone(given.when.tzinfo)
        if other.utcoffset() == local.utcoffset():
            return text
        return f"{text} = {show_time(other, offset=True)}"

    def heading(self, start: datetime) -> None:
        """Print the budget, the weekly hours and the zone with its offset at ``start``.

        For a day budget, a second line explains how the days are counted.
        """
        schedule = self.one.schedule
        budget = budget_text(self.one.budget)
        self.line("target", f"{budget} · {schedule.hours} · {zone_text(start, schedule.tz)}")
        counting = counting_text(self.one.budget)
        if counting is not None:
            self.line("counting", counting)

    def given(self, label: str, given: GivenTime) -> None:
        """Print a time from the command line, with the assumed zone if it had no offset."""
        text = self.time(given.when, given)
        if given.assumed_zone:
            text += f" ({self.text('assumed_zone', tz=self.one.schedule.tz)})"
        self.line(label, text)

    def trace(self, trace: Trace) -> None:
        """Print the lines of a trace, which explain an answer day by day."""
        for line in trace.lines(current()):
            click.echo(f"  {line}".rstrip())

    def footing(self, *, provisional: bool) -> None:
        """Print the calendar with its version, and a line if the answer is provisional."""
        calendar = self.one.schedule.calendar
        self.line("calendar", self.text("version", id=calendar.id, version=calendar.version))
        if provisional:
            click.echo(self.text("provisional"))
