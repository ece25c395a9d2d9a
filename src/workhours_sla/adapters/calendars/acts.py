"""Acts added to a calendar from a TOML file, without waiting for a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from workhours_sla.adapters.toml_text import tables_of
from workhours_sla.calendars.amended import day_off, transfer
from workhours_sla.calendars.calendar import Calendar
from workhours_sla.calendars.day import Act, Entry, Layer
from workhours_sla.calendars.source import DateRange
from workhours_sla.errors import ConfigError, clipped, shown

LAYERS = {layer.name.lower(): layer for layer in Layer if layer is not Layer.WEEKLY}
KEYS = {
    "": {"confirms", "acts", "transfers", "days_off"},
    "confirms": {"from", "to"},
    "acts": {"title", "known_from", "confidence", "source", "scope", "note"},
    "transfers": {"from", "to", "act", "layer"},
    "days_off": {"date", "act", "name", "layer", "shortens_eve"},
}
CONFIDENCE = ("high", "medium", "low")


class Acts(NamedTuple):
    """The rows of a file, and the dates that they settle."""

    rows: tuple[Entry, ...]
    confirms: tuple[DateRange, ...]

    def added_to(self, calendar: Calendar) -> Calendar:
        """Return the calendar with the acts. Raises CalendarDataError, CalendarCoverageError."""
        return calendar.amend(self.rows, confirms=self.confirms)


def load_acts(path: Path) -> Acts:
    """Return the acts of a TOML file. Raises ConfigError with the key path of what cannot be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        msg = f"cannot read the calendar file {str(path)!r} ({why}); give a TOML file of acts"
        raise ConfigError(msg, name=str(path)) from None
    return parse_acts(text, str(path))


def parse_acts(text: str, name: str) -> Acts:
    """Return the acts that ``text`` means; ``name`` is the file's, for messages.

    >>> acts = parse_acts('''
    ... [acts.order-7]
    ... title = "Order of the agency of 1.08.2026 No 7"
    ... known_from = 2026-08-01
    ... [[days_off]]
    ... date = 2026-09-01
    ... act = "order-7"
    ... ''', "acts.toml")
    >>> acts.added_to(Calendar.get("RU")).is_working_day(date(2026, 9, 1))
    False
    """
    return _Reader(name).acts(tables_of(text, name))


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def acts(self, tables: Mapping[str, Any]) -> Acts:
        self._check_keys("", "", tables)
        acts = tables.get("acts", {})
        if not isinstance(acts, dict):
            self._refuse("acts", f"expected tables, got {shown(acts)}", "write [acts.NAME]")
        known = {key: self._act(f"acts.{clipped(key)}", row) for key, row in acts.items()}
        rows = [*self._transfers(tables, known), *self._days_off(tables, known)]
        confirms = tuple(
            (self._date(path, row, "from"), self._date(path, row, "to"))
            for path, row in self._rows(tables, "confirms")
        )
        return Acts(tuple(rows), confirms)

    def _transfers(self, tables: Mapping[str, Any], acts: Mapping[str, Act]) -> Iterator[Entry]:
        for path, row in self._rows(tables, "transfers"):
            source, target = self._date(path, row, "from"), self._date(path, row, "to")
            layer = self._layer(path, row, Layer.TRANSFER)
            yield from transfer(source, target, self._named(path, row, acts), layer=layer)

    def _days_off(self, tables: Mapping[str, Any], acts: Mapping[str, Act]) -> Iterator[Entry]:
        for path, row in self._rows(tables, "days_off"):
            yield from day_off(
                self._date(path, row, "date"),
                self._named(path, row, acts),
                name=self._text(path, row, "name"),
                layer=self._layer(path, row, Layer.AGENCY),
                shortens_eve=row.get("shortens_eve") is True,
            )

    def _rows(
        self, tables: Mapping[str, Any], section: str
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        rows = tables.get(section, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._refuse(section, f"expected rows, got {shown(rows)}", f"write [[{section}]]")
        for index, row in enumerate(rows):
            path = f"{section}[{index}]"
            self._check_keys(path, section, row)
            yield path, row

    def _act(self, path: str, row: Any) -> Act:
        if not isinstance(row, dict):
            self._refuse(path, f"expected a table, got {shown(row)}", f"write [{path}]")
        self._check_keys(path, "acts", row)
        title = self._text(path, row, "title")
        if title is None:
            self._refuse(f"{path}.title", "missing", "name the act")
        confidence = self._text(path, row, "confidence") or "high"
        if confidence not in CONFIDENCE:
            choices = ", ".join(CONFIDENCE)
            self._refuse(
                f"{path}.confidence", f"{shown(confidence)} is no choice", f"use {choices}"
            )
        return Act(
            title,
            self._date(path, row, "known_from") if "known_from" in row else None,
            confidence,
            self._text(path, row, "source"),
            self._text(path, row, "scope"),
            self._text(path, row, "note"),
        )

    def _named(self, path: str, row: Mapping[str, Any], acts: Mapping[str, Act]) -> Act:
        key = self._text(path, row, "act")
        if key is None or key not in acts:
            known = clipped(", ".join(acts)) or "none yet"
            name = clipped(key or "NAME")
            self._refuse(f"{path}.act", f"no act {shown(key)}", f"write [acts.{name}]; {known}")
        return acts[key]

    def _layer(self, path: str, row: Mapping[str, Any], default: Layer) -> Layer:
        name = self._text(path, row, "layer")
        if name is None:
            return default
        if name not in LAYERS:
            self._refuse(f"{path}.layer", f"no layer {shown(name)}", f"use {', '.join(LAYERS)}")
        return LAYERS[name]

    def _date(self, path: str, row: Mapping[str, Any], key: str) -> date:
        value = row.get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self._refuse(
                f"{path}.{key}", f"expected a date, got {shown(value)}", "write 2026-09-01"
            )
        return value

    def _text(self, path: str, row: Mapping[str, Any], key: str) -> str | None:
        value = row.get(key)
        if value is not None and not isinstance(value, str):
            self._refuse(
                f"{path}.{key}", f"expected text, got {shown(value)}", 'write it in "quotes"'
            )
        return value

    def _check_keys(self, path: str, section: str, row: Mapping[str, Any]) -> None:
        for key in row:
            if key not in KEYS[section]:
                keys = ", ".join(sorted(KEYS[section]))
                self._refuse(
                    f"{path}.{clipped(key)}".lstrip("."), "no such key", f"use one of {keys}"
                )

    def _refuse(self, path: str, what: str, way_out: str) -> NoReturn:
        msg = f"{path}: {what} in {self._name}; {way_out}"
        raise ConfigError(msg, key=path, name=self._name)
