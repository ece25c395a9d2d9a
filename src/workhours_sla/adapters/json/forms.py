"""How the parts of a value are told as JSON and read back: exactly, and each in one way only.

An instant is ISO 8601 with its offset, and as in RFC 9557 its IANA zone in brackets where it has
one: ``2026-10-25T02:30:00+01:00[Europe/Berlin][_fold=1]``. The last mark is there where the
datetime's ``fold`` is 1. An amount is an ISO 8601 duration without days: ``-PT1H10M``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from workhours_sla.adapters.json.schedule_values import (
    Table,
    as_json,
    date_of,
    flag,
    list_of,
    number,
    one_of,
    refuse,
    refuse_as,
    text,
)
from workhours_sla.errors import (
    NaiveDatetimeError,
    UnknownTimeZoneError,
    WorkHoursError,
    clipped,
    shown,
)
from workhours_sla.worktime.budget import iso_amount

_MOMENT = re.compile(r"([^\[]+)(?:\[([^\[\]=]+)\])?(\[_fold=1\])?")
_AMOUNT = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?")

Part = TypeVar("Part")


class Form(NamedTuple, Generic[Part]):
    """How one kind of part is told as plain data, and read back from it at a key path."""

    told: Callable[[Part], object]
    read: Callable[[object, str], Part]


def record(build: Callable[..., Part], /, **forms: Form[Any]) -> Form[Part]:
    """Return the form of a value with these fields: an object that has them all, and no other."""

    def told(value: Part) -> dict[str, object]:
        return {name: form.told(getattr(value, name)) for name, form in forms.items()}

    def read(value: object, path: str) -> Part:
        table = Table(value, path)
        parts = {name: table.take(name, form.read) for name, form in forms.items()}
        table.end()
        try:
            return build(**parts)
        except WorkHoursError as error:
            refuse_as(path, error)

    return Form(told, read)


def optional(form: Form[Part]) -> Form[Part | None]:
    """Return the form of a part that may be None, told as null."""
    return Form(
        lambda part: None if part is None else form.told(part),
        lambda value, path: None if value is None else form.read(value, path),
    )


def many(form: Form[Part]) -> Form[tuple[Part, ...]]:
    """Return the form of a tuple of such parts, told as a list."""
    read = list_of(form.read)
    return Form(
        lambda parts: [form.told(part) for part in parts],
        lambda value, path: tuple(read(value, path)),
    )


def pair(form: Form[Part]) -> Form[tuple[Part, Part]]:
    """Return the form of two such parts, a list of two in JSON."""
    several = many(form)

    def read(value: object, path: str) -> tuple[Part, Part]:
        parts = several.read(value, path)
        if len(parts) != 2:  # noqa: PLR2004
            refuse(path, f"{shown(value)} has {len(parts)} parts", "give two")
        return parts[0], parts[1]

    return Form(several.told, read)


def one_named(parts: Mapping[str, Part]) -> Form[Part]:
    """Return the form of a part that goes by one of these names."""
    names = {part: name for name, part in parts.items()}
    return Form(names.__getitem__, one_of(parts))


def either(form: Form[Part], kinds: Mapping[str, tuple[type, Form[Any]]]) -> Form[Any]:
    """Return the form of a part told as text, or as an object of one of these kinds alone."""
    named = {kind: (name, of_kind) for name, (kind, of_kind) in kinds.items()}

    def told(part: Any) -> object:
        if type(part) not in named:
            return form.told(part)
        name, of_kind = named[type(part)]
        return {name: of_kind.told(part)}

    def read(value: object, path: str) -> Any:
        if isinstance(value, str):
            return form.read(value, path)
        table = Table(value, path)
        name = next((name for name in kinds if isinstance(value, dict) and name in value), None)
        if name is None:
            refuse(path, f"{as_json(value)} is of no known kind", f"use one of {', '.join(kinds)}")
        part = table.take(name, kinds[name][1].read)
        table.end()
        return part

    return Form(told, read)


def moment_told(when: datetime) -> str:
    """Return an instant as text. Raises NaiveDatetimeError, UnknownTimeZoneError."""
    if when.utcoffset() is None:
        msg = f"{when!r} has no zone, so it names no instant; give it an offset"
        raise NaiveDatetimeError(msg)
    told, zone = when.isoformat(), when.tzinfo
    if isinstance(zone, ZoneInfo) and zone.key is not None:
        told += f"[{zone.key}]"
    elif not isinstance(zone, timezone):
        msg = f"{when!r} is in a zone without an IANA name; use ZoneInfo('Area/City') or UTC"
        raise UnknownTimeZoneError(msg, tz=repr(zone))
    if when.fold:
        told += "[_fold=1]"
    return told


def moment_of(value: object, path: str) -> datetime:
    """Return the instant that ``moment_told`` wrote, in the same zone."""
    match = _MOMENT.fullmatch(text(value, path))
    when = _with_offset(match[1]) if match else None
    if match is None or when is None:
        refuse(path, f"{as_json(value)} is no instant", "write it like 2026-05-08T09:00:00+03:00")
    name, fold = match[2], int(match[3] is not None)
    if name is None:
        return when.replace(fold=fold)
    try:
        placed = when.replace(tzinfo=ZoneInfo(name), fold=fold)
    except (LookupError, ValueError, OSError, RecursionError):
        refuse(path, f"no time zone {shown(name)}", "use an IANA name such as 'Europe/Volgograd'")
    if placed.utcoffset() != when.utcoffset():
        why = f"{clipped(name)} keeps another offset at {as_json(value)}"
        refuse(path, why, "leave the brackets out to keep the instant")
    return placed


def _with_offset(given: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(given)
    except ValueError:
        return None
    return when if when.tzinfo is not None and when.isoformat() == given else None


def amount_of(value: object, path: str) -> timedelta:
    """Return the amount that ``iso_amount`` wrote."""
    amount = _amount(text(value, path))
    if amount is None:
        refuse(path, f"{as_json(value)} is no amount of time", "write it like PT4H30M or -PT0.5S")
    return amount


def _amount(given: str) -> timedelta | None:
    match = _AMOUNT.fullmatch(given)
    if match is None:
        return None
    sign, hours, minutes, seconds, fraction = match.groups(default="0")
    try:
        amount = timedelta(
            hours=int(hours),
            minutes=int(minutes),
            seconds=int(seconds),
            microseconds=int(fraction.ljust(6, "0")),
        )
    except (OverflowError, ValueError):  # more than a timedelta holds, or than int() reads
        return None
    amount = -amount if sign else amount
    return amount if iso_amount(amount) == given else None


def _pair_of(value: object, path: str) -> tuple[datetime, datetime]:
    moments = list_of(moment_of)(value, path)
    if len(moments) != 2:  # noqa: PLR2004
        refuse(path, f"{as_json(value)} is no stretch of time", "give its start and its end")
    return moments[0], moments[1]


def _same(part: Part) -> Part:
    return part


TEXT = Form[str](_same, text)
FLAG = Form[bool](_same, flag)
NUMBER = Form[int](_same, number)
DATE = Form(date.isoformat, date_of)
AMOUNT = Form(iso_amount, amount_of)
MOMENT = Form(moment_told, moment_of)
STRETCH = Form[tuple[datetime, datetime]](lambda pair: [*map(moment_told, pair)], _pair_of)
