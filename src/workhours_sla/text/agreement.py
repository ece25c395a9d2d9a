"""Texts that compare our verdicts and due times with those of another system."""

from __future__ import annotations

from typing import Final

from workhours_sla.text.texts import Texts
from workhours_sla.text.words import Words

AGREEMENT: Final = Texts(
    {
        "verdicts": {
            "en": "Their verdicts ({target}): {counts}",
            "ru": "Вердикты другой системы ({target}): {counts}",
        },
        "due_times": {
            "en": "Their due times ({target}): {counts}",
            "ru": "Сроки другой системы ({target}): {counts}",
        },
        "median": {
            "en": "; median of those that differ (theirs less ours) {difference}",
            "ru": "; медиана отличий (их срок минус наш) {difference}",
        },
        "example": {
            "en": "  {name}: {examples}",
            "ru": "  {name}: {examples}",
        },
        "times": {
            "en": "{appeal} (ours {ours}, theirs {theirs})",
            "ru": "{appeal} (у нас {ours}, у них {theirs})",
        },
        "until": {"en": "{due}, in time until {limit}", "ru": "{due}, в срок до {limit}"},
        "unknown_appeals": {
            "en": "The other system names appeals that have no verdict here: {count}",
            "ru": "В другой системе есть обращения, по которым здесь нет вердикта: {count}",
        },
        "contradictory": {
            "en": "Appeals of which its rows say different things; the last row counts: {count}",
            "ru": "Обращения, по которым её строки расходятся; учтена последняя: {count}",
        },
    }
)
CLASSES: Final[dict[str, Words]] = {
    "same": {"en": "same", "ru": "совпали"},
    "ours_late": {
        "en": "late by ours, in time by theirs",
        "ru": "у нас просрочено, у них в срок",
    },
    "theirs_late": {
        "en": "late by theirs, not by ours",
        "ru": "у них просрочено, у нас нет",
    },
    "not_comparable": {"en": "not comparable", "ru": "не сравнить"},
    "theirs_missing": {"en": "none of theirs", "ru": "у них нет"},
    "equal": {"en": "equal", "ru": "совпали"},
    "break": {"en": "equal, a break follows", "ru": "совпали, далее перерыв"},
    "opening": {"en": "later by a break", "ru": "у них позже на перерыв"},
    "days": {"en": "off by whole days", "ru": "отличаются на целые сутки"},
    "hours": {"en": "off by whole hours", "ru": "отличаются на целое число часов"},
    "other": {"en": "off otherwise", "ru": "отличаются иначе"},
    "unknown": {"en": "ours not known yet", "ru": "наш срок пока неизвестен"},
}
"""The text for each class of appeals."""
