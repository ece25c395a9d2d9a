"""Decide the formats and the zone of the times in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import Final, NamedTuple

from workhours_sla.config.column_words import ZONE_COLUMNS, plain, zone_in
from workhours_sla.detection.detected import ZONES, Doubt, Given, ask, listed, toml_key, toml_line
from workhours_sla.detection.shapes import (
    ORDERS,
    SHORT_DOTTED,
    Order,
    Seen,
    Shape,
    shape_of,
    shape_text,
)
from workhours_sla.detection.table import CLOCKS, Role, Table
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sources.values import date_alone
from workhours_sla.sources.written_times import parse_time
from workhours_sla.text.messages import say

DEFAULT: Final = "default"
"""The ``datetime_format`` for notations that are recognised without a format."""
_OF_NUMBERS: Final = {"excel": "excel", "excel_date": "excel", "unix": "unix", "unix_ms": "unix_ms"}
_LISTED: Final = 10
_FEW: Final = 2
_TOO_FREQUENT: Final = 72
"""If more than one time in this number is 00:00, 20 times as many as by chance, it is a doubt."""

Written = tuple[Seen, Shape]
"""Times in one notation: texts of one shape, and that with the time of day from its own column."""


class TimeSettings(NamedTuple):
    """The formats and the zone of all times. ``orders`` has the order of each family of dates.

    ``tz`` is None if all times have an offset, or if a doubt about the zone remains.
    """

    formats: tuple[str, ...]
    tz: str | None
    orders: dict[str, Order]
    doubts: tuple[Doubt, ...]

    def as_read(self, text: str) -> str:
        """Return a time as it is read, and another text unchanged."""
        shape = shape_of(shape_text(text))
        if shape.kind != "moment" or (shape.family and shape.family not in self.orders):
            return text
        form = shape.formats.get(self.orders.get(shape.family, next(iter(shape.formats))))
        try:
            when = datetime.strptime(text, form) if form else parse_time(text)  # noqa: DTZ007
        except (ValueError, TimeSyntaxError):
            return text
        return f"{when:%Y-%m-%d %H:%M}"


def time_settings(roles: Sequence[Role], table: Table, given: Given) -> TimeSettings:
    written = [one for role in roles for one in _written(role)]
    orders: dict[str, Order] = {}
    doubts = [doubt for role in roles for doubt in doubts_of(role)]
    for family in dict.fromkeys(shape.family for _, shape in written):
        members = [one for one in written if one[1].family == family]
        fitting = _orders(family, members)
        if len(fitting) == 1:
            orders[family] = fitting[0]
        elif family:
            doubts.append(_order_doubt(fitting, members))
    formats: list[str] = []
    for _, shape in written:
        order = orders.get(shape.family) if shape.family else next(iter(shape.formats), None)
        if order in shape.formats:
            formats.append(shape.formats[order] or DEFAULT)
    of_numbers = [
        form for role in roles if (form := _OF_NUMBERS.get(role.columns[0].numbers or ""))
    ]
    needs_zone = any(not shape.has_offset for _, shape in written) or "excel" in of_numbers
    zones = list(_zone_doubts(roles, table, given)) if needs_zone else []
    tz = given.tz if needs_zone and not zones else None
    formats = list(dict.fromkeys((*formats, *of_numbers)))
    return TimeSettings(tuple(formats), tz, orders, (*doubts, *zones))


def _written(role: Role) -> Iterator[Written]:
    if len(role.columns) == 1:
        yield from ((seen, seen.shape) for seen in role.columns[0].seen("moment"))
        return
    dates, clocks = role.columns
    for day, clock in product(dates.seen("date", "moment"), clocks.seen("clock")):
        shape = shape_of(shape_text(f"{date_alone(day.example)} {clock.example}"))
        if shape.kind == "moment":
            yield day, shape._replace(family=day.shape.family, has_offset=False)


def _orders(family: str, members: Sequence[Written]) -> list[Order]:
    """Return the orders of day, month and year that all dates of a family allow."""
    dates = {day for seen, _ in members for day in seen.dates}
    if not family or not dates:
        return []
    first, second = (max(int(one[at]) for one in dates) for at in (0, 1))
    fits = {
        "dmy": first <= 31 and second <= 12,
        "mdy": first <= 12 and second <= 31,
        "ymd": second <= 12,
    }
    fitting = [
        one for one in ORDERS if fits[one] and all(one in form.formats for _, form in members)
    ]
    if not family.startswith(".") or "dmy" not in fitting:
        return fitting
    # with dots the day is first; or a short year, if the last numbers, then days, vary more
    varying = [len({one[at] for one in dates}) for at in (0, 2)]
    return ["dmy", "ymd"] if family == SHORT_DOTTED and varying[1] > varying[0] else ["dmy"]


def _order_doubt(fitting: Sequence[Order], members: Sequence[Written]) -> Doubt:
    seen = members[0][0]
    lines = []
    for order in fitting:
        forms = tuple(dict.fromkeys(shape.formats[order] or DEFAULT for _, shape in members))
        lines.append(toml_line("datetime_format", forms[0] if len(forms) == 1 else forms))
    facts = {"example": shown(seen.example), "row": seen.row}
    cause = "detect_order" if fitting else "detect_mixed_orders"
    return ask("input", cause, lines, "datetime_format", **facts)


def _zone_doubts(roles: Sequence[Role], table: Table, given: Given) -> Iterator[Doubt]:
    columns = [column for role in roles for column in role.columns]
    named = {zone: column.name for column in columns if (zone := zone_in(column.name))}
    title = zone_in(table.above)
    offered = dict.fromkeys([*named, *([title] if title else []), *ZONES])
    lines = [toml_line("tz", zone) for zone in offered]
    if len(named) > 1:
        yield ask("input", "detect_two_zones", (), "tz", columns=listed(named.values()))
        return
    if given.tz is None:
        yield ask("input", "detect_zone", lines)
    for zone, name in named.items():
        if given.tz not in (None, zone):
            yield ask("input", "detect_other_zone", lines, column=shown(name), given=given.tz)
    if title is not None and title not in named and given.tz not in (None, title):
        yield ask("input", "detect_title_zone", lines, given=given.tz)
    for column in table.columns:
        if plain(column.name) in ZONE_COLUMNS and column.filled:
            yield ask("input", "detect_zone_column", lines, column=shown(column.name))


# -- doubts about the times of one role ----------------------------------------------------------


def doubts_of(role: Role) -> Iterator[Doubt]:
    """Yield doubts about the times of a role, except those about order and zone."""
    first = role.columns[0]
    seen = first.seen("moment", "date")
    # a program in American English makes a date of 03/04/2026, 4 March, but leaves 13/04/2026
    typed = [one for one in seen if one.shape.formats.keys() == {"ymd"}]
    texts = [one for one in seen if one.shape.family.startswith(("/", "-"))]
    is_swappable = typed and all(all(one.swappable) for one in typed)
    if is_swappable and texts and not any(any(one.swappable) for one in texts):
        facts = {"typed": shown(typed[0].example), "row": typed[0].row}
        facts |= {"text": shown(texts[0].example), "other": texts[0].row}
        yield _about(role, "detect_swapped", **facts)
    if len(role.columns) == 1:
        yield from _alone(role)
    elif role.canonical == "answered_at":
        clocks = role.columns[1].seen("clock")
        if 2 * sum(one.early for one in clocks) > sum(one.count for one in clocks):
            name = shown(role.columns[1].name)
            yield ask("columns", "detect_duration", [role.line], column=name)
    if first.time_kind in CLOCKS:
        yield _about(role, "detect_clock_alone")
    others: dict[str, int] = {}
    for column in role.columns:
        others |= {text: count for text, count in column.texts.items() if not role.is_empty(text)}
        others |= {one.example: one.count for one in column.odd_numbers}
    if others:
        yield _texts_doubt(role, others)


def _about(role: Role, cause: str, **facts: object) -> Doubt:
    facts = {"column": role.names, "canonical": role.canonical, **facts}
    return ask("columns", cause, [role.line], **facts)


def _alone(role: Role) -> Iterator[Doubt]:
    first = role.columns[0]
    dates = first.seen("number") if first.numbers == "excel_date" else first.seen("date")
    if dates:
        count = sum(one.count for one in dates)
        yield _about(role, "detect_date_alone", count=count, example=shown(dates[0].example))
    if first.is_midnight and first.time_kind == "moment":
        yield _about(role, "detect_midnights")
    elif first.midnights >= _FEW and first.midnights * _TOO_FREQUENT > first.count("moment"):
        yield _about(role, "detect_some_midnights", count=first.midnights)
    if first.count("clock") and first.time_kind != "clock":
        yield _texts_doubt(role, {one.example: one.count for one in first.seen("clock")})


def _texts_doubt(role: Role, texts: dict[str, int]) -> Doubt:
    first = sorted(texts, key=lambda text: -texts[text])[:_LISTED]
    rows: dict[str, int] = {}
    for column in role.columns:
        rows |= {one.example: one.row for one in column.shapes.values()} | column.value_rows
    is_answer = role.canonical == "answered_at"
    lines = [toml_line(text, "") for text in first if is_answer]
    counts = ", ".join(f"{shown(text)} ({texts[text]})" for text in first)
    facts: dict[str, object] = {"column": role.names, "canonical": role.canonical}
    facts |= {"texts": counts, "row": min(rows[text] for text in first)}
    facts["unanswered"] = say("detect_or_unanswered") if is_answer else ""
    section = f"values.{role.canonical}"
    return ask(section, "detect_texts", lines, *map(toml_key, first), **facts)
