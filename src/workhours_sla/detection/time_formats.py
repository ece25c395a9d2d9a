"""Decide the formats and the zone of the times in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import product
from typing import Final, NamedTuple

from workhours_sla.config.column_words import ZONE_COLUMNS, plain, zone_in
from workhours_sla.detection.detected import (
    ZONES,
    Doubt,
    Given,
    ask,
    listed,
    toml_key,
    toml_line,
    warn,
)
from workhours_sla.detection.shapes import (
    ORDERS,
    SHORT_DOTTED,
    YEAR_FIRST,
    Order,
    Seen,
    Shape,
    shape_of,
    shape_text,
)
from workhours_sla.detection.table import CLOCKS, Role, Table
from workhours_sla.errors import TimeSyntaxError, shown
from workhours_sla.sources.values import date_alone
from workhours_sla.text.messages import say
from workhours_sla.text.written_times import parse_time

DEFAULT: Final = "default"
"""The ``datetime_format`` for notations that are recognised without a format."""
_OF_NUMBERS: Final = {"excel": "excel", "excel_date": "excel", "unix": "unix", "unix_ms": "unix_ms"}
_LISTED: Final = 10
_FEW: Final = 2
_FAR_DAYS: Final = 300
"""A row whose dates are farther than this from those of all other rows is a doubt."""
_NO_SHORT_YEAR: Final = 100
_CLOCK: Final = re.compile(r"\d{1,2}[:.-]\d\d", re.ASCII)
_OF_A_TIME: Final = 5
"""A form with this many numbers, or one fewer and a long year, is that of a date with a time."""
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


def time_settings(
    roles: Sequence[Role],
    table: Table,
    given: Given,
    offered: Sequence[Role] = (),
    *,
    is_open: bool = False,
) -> TimeSettings:
    """Decide how times are read, also those of the columns of which the user must choose.

    With ``is_open`` it is asked which columns have them.
    """
    possible = (*roles, *offered)
    written = [one for role in possible for one in _written(role)]
    orders: dict[str, Order] = {}
    doubts = [doubt for role in roles for doubt in doubts_of(role)]
    doubts += [doubt for role in offered for doubt in _answer_texts(role)]
    for family in dict.fromkeys(shape.family for _, shape in written):
        members = [one for one in written if one[1].family == family]
        fitting = _orders(family, members)
        if len(fitting) == 1 and fitting != ["ydm"]:
            orders[family] = fitting[0]
        elif family:
            doubts.append(_order_doubt(fitting, members))
    formats: list[str] = []
    for _, shape in written:
        order = orders.get(shape.family) if shape.family else next(iter(shape.formats), None)
        if order in shape.formats:
            formats.append(shape.formats[order] or DEFAULT)
    of_numbers = [
        form for role in possible if (form := _OF_NUMBERS.get(role.columns[0].numbers or ""))
    ]
    formats = list(dict.fromkeys((*formats, *of_numbers)))
    doubts += _form_doubts(possible, formats)
    has_naive = any(not shape.has_offset for _, shape in written) or "excel" in of_numbers
    # what is asked about may have no offset either
    needs_zone = has_naive or is_open or any(doubt.keys for doubt in doubts)
    zones = list(_zone_doubts(roles, table, given)) if needs_zone else []
    tz = given.tz if needs_zone and not zones else None
    doubts += _far_doubts(roles, orders)
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
    if family == YEAR_FIRST:
        if not any(map(_is_day_first, dates)):
            return ["ymd"]
        return ["ydm"] if max(int(one[2]) for one in dates) <= 12 else []
    first, second = (max(int(one[at]) for one in dates) for at in (0, 1))
    fits = {
        "dmy": first <= 31 and second <= 12,
        "mdy": first <= 12 and second <= 31,
        "ymd": second <= 12,
    }
    fitting = [
        one for one in ORDERS if fits.get(one) and all(one in form.formats for _, form in members)
    ]
    if not family.startswith(".") or "dmy" not in fitting:
        return fitting
    # with dots the day is first; or a short year, if the last numbers, then days, vary more
    varying = [len({one[at] for one in dates}) for at in (0, 2)]
    return ["dmy", "ymd"] if family == SHORT_DOTTED and varying[1] > varying[0] else ["dmy"]


def _is_day_first(numbers: Sequence[str]) -> bool:
    """Whether a date that begins with the year exists only if its day is before its month."""
    _, middle, last = map(int, numbers)
    return 12 < middle <= 31 and last <= 12


def _order_doubt(fitting: Sequence[Order], members: Sequence[Written]) -> Doubt:
    seen = members[0][0]
    lines = []
    for order in fitting:
        forms = tuple(dict.fromkeys(shape.formats[order] or DEFAULT for _, shape in members))
        lines.append(toml_line("datetime_format", forms[0] if len(forms) == 1 else forms))
    facts = {"example": shown(seen.example), "row": seen.row}
    cause = "detect_order" if fitting else "detect_mixed_orders"
    if seen.shape.family == YEAR_FIRST:
        cause = "detect_year_day" if fitting else "detect_mixed_year_day"
        days = ((numbers, row) for one, _ in members for numbers, row in one.dates.items())
        facts["row"] = min(row for numbers, (row, _) in days if _is_day_first(numbers))
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
    typed = [one for one in seen if one.shape.family == YEAR_FIRST]
    texts = [one for one in seen if one.shape.family.startswith(("/", "-", "."))]
    is_swappable = typed and all(all(one.swappable) for one in typed)
    if is_swappable and texts and not any(any(one.swappable) for one in texts):
        facts = {"typed": shown(typed[0].example), "row": typed[0].row}
        facts |= {"text": shown(texts[0].example), "other": texts[0].row}
        yield _about(role, "detect_swapped", **facts)
    if len(role.columns) == 1:
        yield from _alone(role)
    elif role.canonical == "answered_at" and role.columns[1].is_early:
        name = shown(role.columns[1].name)
        yield ask("columns", "detect_duration", [role.line], column=name)
    if first.time_kind in CLOCKS:
        yield _about(role, "detect_clock_alone")
    seen = [one for column in role.columns for one in column.seen("moment", "clock")]
    dashed = [one for one in seen if any("%H-%M" in form for form in one.shape.formats.values())]
    if dashed and all(one.spans == one.count for one in dashed):
        yield _about(role, "detect_spans", example=shown(dashed[0].example))
    yield from _texts_doubts(role)


def _answer_texts(role: Role) -> Iterator[Doubt]:
    """Yield the doubts about texts if the times of a role may be those of answers."""
    if role.canonical == "answered_at" and role.columns[0].time_kind:
        yield from _texts_doubts(role)


def _texts_doubts(role: Role) -> Iterator[Doubt]:
    others: dict[str, int] = {}
    for column in role.columns:
        others |= {text: count for text, count in column.texts.items() if not role.is_empty(text)}
        others |= {one.example: one.count for one in column.odd_numbers}
    in_forms = _in_forms(role)
    others = {text: count for text, count in others.items() if text not in in_forms}
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
        facts = {"column": role.names, "canonical": role.canonical, "count": count}
        lines = [role.line] if first.count("moment") or first.numbers == "excel" else []
        example = shown(dates[0].example)
        cause = "detect_date_alone" if lines else "detect_only_dates"
        yield ask("columns", cause, lines, role.canonical, example=example, **facts)
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
    lines = [toml_line(text, "") for text in first if is_answer and not _CLOCK.search(text)]
    counts = ", ".join(f"{shown(text)} ({texts[text]})" for text in first)
    facts: dict[str, object] = {"column": role.names, "canonical": role.canonical}
    facts |= {"texts": counts, "row": min(rows[text] for text in first)}
    facts["unanswered"] = say("detect_or_unanswered") if lines else ""
    section = f"values.{role.canonical}"
    return ask(section, "detect_texts", lines, *map(toml_key, first), **facts)


def _in_forms(role: Role) -> dict[str, list[str]]:
    """Return the dates with times of an unknown form, each with all texts of its form."""
    forms: dict[str, list[str]] = {}
    for text in role.columns[0].texts if len(role.columns) == 1 else ():
        time = _time_before(text)
        form = shape_text(time or text)
        numbers = re.findall("0+", form)
        if time or (_CLOCK.search(text) and len(numbers) >= _OF_A_TIME - ("0000" in numbers)):
            forms.setdefault(re.sub("0+", "0", form), []).append(text)
    return {text: texts for texts in forms.values() if len(texts) >= _FEW for text in texts}


def _time_before(text: str) -> str:
    """Return the time at the beginning of a longer text, such as ``12.03.2026 10:15 Petrov``."""
    words = text.split()
    parts = (" ".join(words[:end]) for end in range(len(words) - 1, 0, -1))
    return next((part for part in parts if shape_of(shape_text(part)).kind == "moment"), "")


def _form_doubts(roles: Sequence[Role], formats: Sequence[str]) -> Iterator[Doubt]:
    asked: set[str] = set()
    for role in roles:
        for texts in _in_forms(role).values():
            time = _time_before(texts[0])
            form = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", time or texts[0]))
            if form not in asked:
                asked.add(form)
                facts: dict[str, object] = {"column": role.names, "example": shown(texts[0])}
                facts |= {"row": role.columns[0].value_rows[texts[0]], "formats": ""}
                if formats:
                    facts["formats"] = say("detect_beside", formats=listed(formats))
                cause = "detect_longer" if time else "detect_form"
                yield ask("input", cause, (), "datetime_format", **facts)


# -- dates far from all others -------------------------------------------------------------------


def _far_doubts(roles: Sequence[Role], orders: dict[str, Order]) -> Iterator[Doubt]:
    """Yield a doubt for each row whose dates are far from all others, if only such rows are."""
    rows: dict[date, set[int]] = {}
    for column in (role.columns[0] for role in roles if role.canonical != "their_due_at"):
        for seen in column.seen("moment", "date"):
            order = orders.get(seen.shape.family) if seen.shape.family else "dmy"
            for numbers, ends in seen.dates.items() if order else ():
                if (day := _day_of(numbers, str(order))) is not None:
                    rows.setdefault(day, set()).update(ends)
    groups: list[list[date]] = []
    for day in sorted(rows):
        if not groups or (day - groups[-1][-1]).days > _FAR_DAYS:
            groups.append([])
        groups[-1].append(day)
    found = [(group[0], set().union(*(rows[day] for day in group))) for group in groups]
    lone = [(day, own) for day, own in found if len(own) == 1]
    if len(lone) == len(found) - 1:
        for day, (row,) in lone:
            yield warn("input", "detect_far", value=day, row=row)


def _day_of(numbers: Sequence[str], order: str) -> date | None:
    year, month, day = (int(numbers[order.index(part)]) for part in "ymd")
    try:
        return date(year + 2000 if year < _NO_SHORT_YEAR else year, month, day)
    except ValueError:
        return None
