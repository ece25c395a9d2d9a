"""Write periods of arrival in words."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final, Literal

from workhours_sla.compliance.period import Period
from workhours_sla.compliance.report import ReportNumbers
from workhours_sla.text import words
from workhours_sla.text.headline import HEADLINE
from workhours_sla.text.report import SENTENCES

_DAY: Final = timedelta(days=1)
_YEAR, _QUARTER = 12, 3
_QUARTERS: Final = {"en": ("1", "2", "3", "4"), "ru": ("I", "II", "III", "IV")}


def period_text(period: Period, lang: str) -> str:
    """Write a period in words, with its last day included.

    >>> period_text(Period(datetime(2026, 3, 1), datetime(2026, 4, 1)), "en")
    'from 1 Mar 2026 to 31 Mar 2026'
    """
    facts = {}
    if period.since is not None:
        facts["first"] = _edge(period.since, lang)
    if period.until is not None:
        facts["last"] = _edge(_last(period.until), lang)
    ends = {("first", "last"): "period", ("first",): "period_since", ("last",): "period_until"}
    return SENTENCES.text(lang, ends.get(tuple(facts), "period_all"), **facts)


def whole_period(report: ReportNumbers) -> Period:
    """Return the period of a report with both ends.

    A period without a begin starts on the day of the first arrival, and one without an end ends at
    ``as_of``.
    """
    period = report.period
    first = report.first_arrival
    return Period(
        period.since or datetime.combine(first, time(0), first.tzinfo),
        period.until or report.as_of,
    )


def calendar_unit(period: Period) -> Literal["month", "quarter", "year"] | None:
    """Return whether a period is exactly a month, a quarter or a year; None for other periods.

    >>> calendar_unit(Period(datetime(2026, 1, 1), datetime(2026, 4, 1)))
    'quarter'
    """
    since, until = period.since, period.until
    if since is None or until is None:
        return None
    if not all(end.day == 1 and end.time() == time(0) for end in (since, until)):
        return None
    months = (until.year - since.year) * _YEAR + until.month - since.month
    if months == 1:
        return "month"
    if months == _QUARTER and since.month % _QUARTER == 1:
        return "quarter"
    return "year" if months == _YEAR and since.month == 1 else None


def named_period(period: Period, lang: str, form: Literal["in", "the"] = "in") -> str:
    """Write a period in words: ``in March 2026``, or with the form ``the``, ``March 2026``.

    The period must have both ends. An end within a day is written as its date.

    >>> march = Period(datetime(2026, 3, 1), datetime(2026, 4, 1))
    >>> named_period(march, "en"), named_period(march, "ru", "the")
    ('in March 2026', 'март 2026 года')
    >>> named_period(Period(datetime(2026, 1, 1), datetime(2026, 4, 1)), "ru")
    'за I квартал 2026 года'
    >>> named_period(Period(datetime(2026, 3, 2), datetime(2026, 3, 27, 12)), "ru")
    'с 02.03.2026 по 27.03.2026'
    """
    if period.since is None or period.until is None:
        return period_text(period, lang)
    text = HEADLINE.in_language(lang)
    first, last = period.since.date(), _last(period.until).date()
    unit = calendar_unit(period)
    if unit is not None:
        month = words.MONTHS[lang][first.month - 1]
        return text(
            f"{form}_{unit}",
            month=month.lower() if lang == "ru" else month,
            number=_QUARTERS[lang][(first.month - 1) // _QUARTER],
            year=first.year,
        )
    shown = [_edge(datetime.combine(day, time(0)), lang) for day in dict.fromkeys((first, last))]
    if len(shown) == 1:
        return text(f"{form}_day", first=shown[0])
    return text(f"{form}_days", first=shown[0], last=shown[1])


def _last(until: datetime) -> datetime:
    """Return the last day of a period that ends before ``until``.

    If ``until`` is not midnight, return ``until`` itself.
    """
    return until - _DAY if until.time() == time(0) else until


def _edge(when: datetime, lang: str) -> str:
    """Write a date, followed by the time of day unless it is midnight."""
    day = words.short_date(when.date(), lang)
    return day if when.time() == time(0) else f"{day} {when:%H:%M}"
