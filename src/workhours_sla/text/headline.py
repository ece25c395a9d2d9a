"""Texts for the first lines of a report: the heading, the result and the change of the rate.

The words for a verdict on the target are the same everywhere: met, not met, not proven.
"""

from __future__ import annotations

from typing import Final

from workhours_sla.text.texts import Texts
from workhours_sla.text.words import Words

_HEADLINE: Final[dict[str, Words]] = {
    "title": {"en": "Answers to citizens' appeals", "ru": "Ответы на обращения граждан"},
    # -- the result
    "in_time": {
        "en": "{when}, {met} of {n} {n:appeal was|appeals were} answered in time ({rate}%), "
        "against a target of {target}%: {verdict}.",
        "ru": "{when} в срок отвечено на {met} из {n} {n:обращения|обращений|обращений} "
        "({rate} %) при целевой доле {target} %: {verdict}.",
    },
    "in_time_few": {
        "en": "{when}, {met} of {n} {n:appeal was|appeals were} answered in time, against a "
        "target of {target}%: {verdict}.",
        "ru": "{when} в срок отвечено на {met} из {n} {n:обращения|обращений|обращений} при "
        "целевой доле {target} %: {verdict}.",
    },
    "nothing_matured": {
        "en": "{when}, {arrived} {arrived:appeal|appeals} arrived; no limit has passed yet: "
        "{verdict}.",
        "ru": "{when} поступило обращений: {arrived}; ни один срок ещё не истёк: {verdict}.",
    },
    "meets": {"en": "the target is met", "ru": "цель достигнута"},
    "fails": {"en": "the target is not met", "ru": "цель не достигнута"},
    "inconclusive": {
        "en": "whether the target is met is not proven",
        "ru": "достижение цели не доказано",
    },
    "too_few": {"en": "too few for a verdict", "ru": "для вывода данных мало"},
    # -- the agency furthest behind
    "furthest_behind": {
        "en": "The most answers are missing at {name}: {late} of {n} were late; {target}% needs "
        "{count} fewer.",
        "ru": "Больше всего ответов до цели не хватает у ведомства «{name}»: {late} "
        "{late:опоздание|опоздания|опозданий} из {n}; для {target} % нужно на {count} меньше.",
    },
    "none_late": {"en": "None was late.", "ru": "Опозданий нет."},
    "open_now": {
        "en": "Of the appeals of all periods, {open} {open:is|are} open now, {overdue} of them "
        "overdue.",
        "ru": "Из обращений за всё время сейчас открыто {open}, из них просрочено {overdue}.",
    },
    # -- the change since an earlier period
    "better": {
        "en": "It was {before}% {earlier} and {after}% {later}: better by {difference} points "
        "(95%: {lower} to {upper}).",
        "ru": "{earlier} было {before} %, {later} - {after} %: лучше на {difference} п. п. "
        "(95 %: от {lower} до {upper}).",
    },
    "worse": {
        "en": "It was {before}% {earlier} and {after}% {later}: worse by {difference} points "
        "(95%: {lower} to {upper}).",
        "ru": "{earlier} было {before} %, {later} - {after} %: хуже на {difference} п. п. "
        "(95 %: от {lower} до {upper}).",
    },
    "no_change": {
        "en": "It was {before}% {earlier} and {after}% {later}: no change is proven "
        "({difference} points, 95%: {lower} to {upper}).",
        "ru": "{earlier} было {before} %, {later} - {after} %: изменение не доказано "
        "({difference} п. п., 95 %: от {lower} до {upper}).",
    },
    "no_earlier": {
        "en": "There is nothing to compare with: no limit has passed for appeals {earlier}.",
        "ru": "Сравнить не с чем: {earlier} обращений с наступившим сроком нет.",
    },
    # -- periods
    "in_month": {"en": "in {month} {year}", "ru": "за {month} {year} года"},
    "in_quarter": {"en": "in Q{number} {year}", "ru": "за {number} квартал {year} года"},
    "in_year": {"en": "in {year}", "ru": "за {year} год"},
    "in_day": {"en": "on {first}", "ru": "за {first}"},
    "in_days": {"en": "from {first} to {last}", "ru": "с {first} по {last}"},
    "the_month": {"en": "{month} {year}", "ru": "{month} {year} года"},
    "the_quarter": {"en": "Q{number} {year}", "ru": "{number} квартал {year} года"},
    "the_year": {"en": "{year}", "ru": "{year} год"},
    "the_day": {"en": "{first}", "ru": "{first}"},
    "the_days": {"en": "{first} to {last}", "ru": "с {first} по {last}"},
}
HEADLINE: Final = Texts(_HEADLINE)
"""The texts for a terminal."""
TYPESET: Final = Texts(_HEADLINE, typeset=True)
"""The texts for the page, with typographic dashes and spaces."""
