"""The options ``--budget``, ``--roll`` and ``--count-from``, and budgets in words."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import click

from workhours_sla.errors import BudgetError, shown
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.words import budget_words
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.budgets import (
    Budget,
    budget_kind,
    budget_size,
    counting_of,
    parse_budget,
)
from workhours_sla.worktime.day_budgets import CountFrom
from workhours_sla.worktime.due_dates import Roll


class GivenBudget(NamedTuple):
    """The values of the options for a budget, None for an option that was not given.

    They replace the keys of the same names of a target.
    """

    budget: str | None = None
    roll: Roll | None = None
    count_from: CountFrom | None = None

    @property
    def options(self) -> list[str]:
        """The names of the options that were given."""
        return [_option(name) for name, value in self._asdict().items() if value is not None]

    def check(self, budget: Budget) -> None:
        """Raise click.UsageError if an option has no effect on ``budget``."""
        for name, value in (("roll", self.roll), ("count_from", self.count_from)):
            if value is not None and name not in counting_of(budget):
                text = SHELL.text("no_days_to_count", option=_option(name))
                raise click.UsageError(text)


def _option(field: str) -> str:
    return "--" + field.replace("_", "-")


def parse_given(given: GivenBudget, default: str) -> Budget:
    """Return the budget that the options give, or ``default`` without the option ``--budget``.

    Raises BudgetError for a text that is no budget, and click.UsageError for options that are
    missing or useless.
    """
    try:
        budget = parse_budget(
            default if given.budget is None else given.budget,
            roll=given.roll,
            count_from=given.count_from,
        )
    except BudgetError as error:
        refuse_budget(error)
        raise
    given.check(budget)
    return budget


def refuse_budget(error: BudgetError) -> None:
    """Raise click.UsageError if ``error`` means that the option ``--roll`` is missing."""
    if vars(error).get("cause") == "no_roll":
        text = SHELL.text("no_roll", text=shown(vars(error)["text"]))
        raise click.UsageError(text) from None


def budget_text(budget: Budget) -> str:
    """Write a budget in words, such as ``7 working days``."""
    size = budget_size(budget)
    amount = format_amount(size) if isinstance(size, timedelta) else size
    return budget_words(budget_kind(budget), amount)


def counting_text(budget: Budget) -> str | None:
    """Write in words which day of a budget is the first, and where its end moves.

    Returns None for a budget of time.
    """
    counting = counting_of(budget)
    parts = [
        SHELL.text(f"{prefix}_{counting[name]}")
        for name, prefix in (("count_from", "from"), ("roll", "roll"))
        if name in counting
    ]
    return "; ".join(parts) or None
