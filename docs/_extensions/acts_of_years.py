"""The table of the acts from which each year of the calendar of Russia is made."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from markdown_table import table

HEAD = {
    "en": ("year", "act", "number and date", "days compared with"),
    "ru": ("год", "акт", "номер и дата", "с чем сравнены дни"),
}
NUMBERS = {
    "en": {"high": "agree in all sources", "medium": "not confirmed", "low": "not confirmed"},
    "ru": {
        "high": "одинаковы во всех источниках",
        "medium": "не подтверждены",
        "low": "не подтверждены",
    },
}
NO_ACT = {"en": "no day was moved by an act", "ru": "актом ни один день не перенесён"}


def acts_of_years(lang: str) -> str:
    """Return the table of the acts of each year, with what their days were compared with."""
    rows = []
    data = files("workhours_sla.calendars.russia") / "data"
    for path in sorted(data.iterdir(), key=lambda path: path.name):
        year = tomllib.loads(path.read_text(encoding="utf-8"))
        acts = year.get("acts", {}).values()
        titles = [
            f"{act['title']} ({act['note']})" if "note" in act else act["title"] for act in acts
        ]
        numbers = NUMBERS[lang][year["confidence"]["act_numbers"]] if titles else ""
        compared = ", ".join(year["sources"])
        rows.append((str(year["year"]), "; ".join(titles) or NO_ACT[lang], numbers, compared))
    return table(HEAD[lang], rows)
