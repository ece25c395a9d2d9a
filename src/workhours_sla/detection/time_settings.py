"""Decide the formats and the zone of the times in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from workhours_sla.config.column_words import ZONE_COLUMNS, plain, zone_in
from workhours_sla.detection.detected import Doubt, Given
from workhours_sla.detection.roles import CLOCKS, Role
from workhours_sla.detection.seen import Column, Seen, Table
from workhours_sla.detection.time_forms import (
    ORDERS,
    SHORT_DOTTED,
    Order,
    shape_of,
    shape_text,
)
from workhours_sla.detection.toml_values import toml_key, toml_line
from workhours_sla.errors import shown
from workhours_sla.sources.values import date_alone
from workhours_sla.text.messages import say

DEFAULT: Final = "default"
"""The ``datetime_format`` for notations that are recognised without a format."""
ZONES: Final = ("Europe/Moscow", "Europe/Volgograd")
EXCEL: Final = "excel"
"""The ``datetime_format`` for spreadsheet numbers."""
_LISTED: Final = 10
_FEW: Final = 2
_TOO_FREQUENT: Final = 72
"""If more than one time in this number is 00:00, the times are suspicious.

00:00 is then at least 20 times as frequent as expected by chance.
"""


class Written(NamedTuple):
    """Times in one notation: texts of one shape, or pairs of a date and a time of day.

    ``formats`` maps each possible order of day, month and year to the format.
    """

    seen: Seen
    formats: dict[Order, str]
    has_offset: bool


class TimeSettings(NamedTuple):
    """The formats and the zone of all times. ``orders`` has the order of each family of dates.

    ``tz`` is None if all times have an offset, or if a doubt about the zone remains.
    """

    formats: tuple[str, ...]
    tz: str | None
    orders: dict[str, Order]
    doubts: tuple[Doubt, ...]


def time_settings(roles: Sequence[Role], table: Table, given: Given) -> TimeSettings:
    """Decide how to parse the times of all ``roles`` of a table."""
    doubts: list[Doubt] = []
    written = [one for role in roles for one in _written(role)]
    orders, unclear = _orders(written)
    formats: list[str] = []
    for one in written:
        family = one.seen.shape.family
        order = orders.get(family) if family else next(iter(one.formats), None)
        if order is not None and order in one.formats:
            formats.append(one.formats[order] or DEFAULT)
    needs_zone = any(not one.has_offset for one in written)
    for role in roles:
        doubts += doubts_of(role)
        form = role.columns[0].numbers
        if form in (EXCEL, "excel_date"):
            formats.append(EXCEL)
            needs_zone = True
        elif form in ("unix", "unix_ms"):
            formats.append(form)
    formats = list(dict.fromkeys(formats))
    doubts += unclear
    zone_doubts = list(_zone_doubts(roles, table, given)) if needs_zone else []
    doubts += zone_doubts
    tz = given.tz if needs_zone and not zone_doubts else None
    return TimeSettings(tuple(formats), tz, orders, tuple(doubts))


def _zone_doubts(roles: Sequence[Role], table: Table, given: Given) -> Iterator[Doubt]:
    """Yield doubts about the zone of times without an offset."""
    columns = [column for role in roles for column in role.columns]
    named = {zone: column.name for column in columns if (zone := zone_in(column.name))}
    title = zone_in(table.above)
    all_named = [*named, *([title] if title else [])]
    lines = tuple(toml_line("tz", zone) for zone in dict.fromkeys([*all_named, *ZONES]))
    if given.tz is None:
        yield Doubt("input", say("detect_zone"), lines)
    for zone, name in named.items():
        if given.tz not in (None, zone):
            yield Doubt(
                "input", say("detect_other_zone", column=shown(name), given=given.tz), lines
            )
    if title is not None and title not in named and given.tz not in (None, title):
        yield Doubt("input", say("detect_title_zone", given=given.tz), lines)
    for column in table.columns:
        if plain(column.name) in ZONE_COLUMNS and column.filled:
            yield Doubt("input", say("detect_zone_column", column=shown(column.name)), lines)


def _written(role: Role) -> Iterator[Written]:
    """Yield the notations of the times in a role."""
    if len(role.columns) == 1:
        for seen in role.columns[0].shapes.values():
            if seen.shape.kind == "moment":
                yield Written(seen, seen.shape.formats, seen.shape.has_offset)
        return
    dates, clocks = (
        [seen for seen in column.shapes.values() if seen.shape.kind in kinds]
        for column, kinds in zip(role.columns, (("date", "moment"), ("clock",)), strict=False)
    )
    for day, clock in product(dates, clocks):
        shape = shape_of(shape_text(f"{date_alone(day.example)} {clock.example}"))
        if shape.kind == "moment":
            yield Written(day, shape.formats, has_offset=False)


def _orders(written: Iterable[Written]) -> tuple[dict[str, Order], list[Doubt]]:
    """Decide the order of day, month and year for each family of dates; return it with doubts."""
    families: dict[str, list[Written]] = {}
    for one in written:
        if one.seen.shape.family:
            families.setdefault(one.seen.shape.family, []).append(one)
    orders: dict[str, Order] = {}
    doubts: list[Doubt] = []
    for family, members in families.items():
        fitting = [order for order in ORDERS if all(order in one.seen.orders for one in members)]
        if family == SHORT_DOTTED and fitting == ["dmy"] and _years_first(members):
            fitting.append("ymd")
        if len(fitting) == 1:
            orders[family] = fitting[0]
            continue
        example = shown(members[0].seen.example)
        if fitting:
            choices = [
                tuple(dict.fromkeys(one.formats[order] or DEFAULT for one in members))
                for order in fitting
            ]
            doubts.append(
                Doubt(
                    "input",
                    say("detect_order", example=example, row=members[0].seen.row),
                    tuple(
                        toml_line("datetime_format", one[0] if len(one) == 1 else one)
                        for one in choices
                    ),
                )
            )
        else:
            question = say("detect_mixed_orders", example=example)
            doubts.append(Doubt("input", question, asked=("datetime_format",)))
    return orders, doubts


def _years_first(members: Iterable[Written]) -> bool:
    """Whether dates like 26.03.11 begin with the year: the last numbers, the days, vary more."""
    firsts: set[str] = set()
    thirds: set[str] = set()
    for one in members:
        firsts |= one.seen.firsts
        thirds |= one.seen.thirds
    return len(thirds) > len(firsts)


def doubts_of(role: Role) -> Iterator[Doubt]:
    """Yield doubts about the times of a role, except those about order and zone."""
    first = role.columns[0]
    names = role.names
    yield from _swapped(role, names)
    if len(role.columns) == 1:
        if first.count("date") or first.numbers == "excel_date":
            kinds = ("date",) if first.count("date") else ("number",)
            example = next(s.example for s in first.shapes.values() if s.shape.kind in kinds)
            question = say(
                "detect_date_alone",
                column=names,
                canonical=role.canonical,
                count=first.count("date") or first.count("number"),
                example=shown(example),
            )
            yield Doubt("columns", question, (role.line,))
        if first.is_midnight and first.time_kind == "moment":
            question = say("detect_midnights", column=names, canonical=role.canonical)
            yield Doubt("columns", question, (role.line,))
        elif first.midnights >= _FEW and first.midnights * _TOO_FREQUENT > first.count("moment"):
            question = say(
                "detect_some_midnights",
                column=names,
                canonical=role.canonical,
                count=first.midnights,
            )
            yield Doubt("columns", question, (role.line,))
        if first.count("clock") and first.time_kind != "clock":
            yield _texts_doubt(role, names, _clock_examples(first))
    if len(role.columns) > 1 and role.canonical == "answered_at":
        clock = role.columns[1]
        early = sum(seen.early for seen in clock.shapes.values())
        if 2 * early > clock.count("clock"):
            question = say("detect_duration", column=shown(clock.name))
            yield Doubt("columns", question, (role.line,))
    if first.time_kind in CLOCKS:
        question = say("detect_clock_alone", column=names, canonical=role.canonical)
        yield Doubt("columns", question, (role.line,))
    texts = _texts(role)
    if texts:
        yield _texts_doubt(role, names, texts)


def _swapped(role: Role, names: str) -> Iterator[Doubt]:
    """Yield a doubt if a program may have swapped day and month in some dates.

    A spreadsheet program in American English converts 03/04/2026 to a date, 4 March, but leaves
    13/04/2026 as a text.
    """
    seen = [one for one in role.columns[0].shapes.values() if one.shape.kind in ("moment", "date")]
    typed = [one for one in seen if not one.shape.family and "ymd" in one.shape.formats]
    texts = [one for one in seen if one.shape.family.startswith(("/", "-"))]
    if not typed or not texts:
        return
    if all(one.either == one.count for one in typed) and not any(one.either for one in texts):
        question = say(
            "detect_swapped",
            column=names,
            typed=shown(typed[0].example),
            row=typed[0].row,
            text=shown(texts[0].example),
            other=texts[0].row,
        )
        yield Doubt("columns", question, (role.line,))


def _texts(role: Role) -> dict[str, int]:
    """Return the texts of a role that are not times, with their counts."""
    texts: dict[str, int] = {}
    for column in role.columns:
        texts |= column.texts
        if column.numbers is None and column.count("number"):
            texts |= {
                seen.example: seen.count
                for seen in column.shapes.values()
                if seen.shape.kind == "number"
            }
    return texts


def _clock_examples(column: Column) -> dict[str, int]:
    return {
        seen.example: seen.count for seen in column.shapes.values() if seen.shape.kind == "clock"
    }


def _texts_doubt(role: Role, names: str, texts: dict[str, int]) -> Doubt:
    """Return the doubt about texts that are not times, such as ``переадресовано``."""
    first = sorted(texts, key=lambda text: -texts[text])[:_LISTED]
    where = f"values.{role.canonical}"
    listed = ", ".join(f"{shown(text)} ({texts[text]})" for text in first)
    question = say(
        "detect_texts",
        column=names,
        canonical=role.canonical,
        texts=listed,
        row=min(
            (column.value_rows.get(text, 0) for column in role.columns for text in first), default=0
        ),
    )
    choices = [toml_line(text, "") for text in first if role.canonical == "answered_at"]
    return Doubt(where, question, tuple(choices), asked=tuple(map(toml_key, first)))
