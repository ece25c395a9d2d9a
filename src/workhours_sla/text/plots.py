"""The words of plots that no other form of a report has; the rest are those of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text import words
from workhours_sla.text.page import typeset
from workhours_sla.text.words import Words

PLOTS: Final[Mapping[str, Words]] = {
    # -- control charts
    "median_of_week": {"en": "median of a week", "ru": "медиана недели"},
    "merged": {"en": "short weeks taken together", "ru": "короткие недели вместе"},
    "mean_at": {"en": "mean {value}", "ru": "среднее {value}"},
    "limits_at": {"en": "limits {lower} to {upper}", "ru": "пределы {lower}\N{EN DASH}{upper}"},
    "limit_at": {"en": "limit {value}", "ru": "предел {value}"},
    "limits_by_size": {
        "en": "limits by size, σz = {value}",
        "ru": "пределы по числу обращений, σz = {value}",
    },
    "chart_moving_range": {
        "en": "Moving range of the weekly medians",
        "ru": "Скользящий размах недельных медиан",
    },
    "range_of_weeks": {"en": "from the week before", "ru": "отличие от прошлой недели"},
    "chart_p_prime": {
        "en": "Share in time by week, p\N{PRIME} chart (Laney)",
        "ru": "Доля в срок по неделям, p\N{PRIME}-карта (Лейни)",
    },
    "share_of_week": {"en": "share of a week", "ru": "доля недели"},
    "axis_share": {"en": "in time, %", "ru": "в срок, %"},
    "axis_hours_short": {"en": "hours", "ru": "часы"},
    "no_medians": {
        "en": "No week has a median yet: too few appeals have been answered.",
        "ru": "Медианы нет ни у одной недели: отвечено слишком мало обращений.",
    },
    "no_ranges": {
        "en": "A moving range needs two weeks that are final.",
        "ru": "Скользящему размаху нужны две созревшие недели.",
    },
    "no_weeks": {"en": "There is no week to show.", "ru": "Показывать нечего: недель нет."},
    # -- time to an answer
    "curve": {"en": "Kaplan-Meier estimate", "ru": "оценка Каплана \N{EN DASH} Мейера"},
    "band": {"en": "95% interval", "ru": "95 % интервал"},
    "censored": {"en": "observed no longer", "ru": "наблюдение прервано"},
    "at_risk": {"en": "still waiting", "ru": "ещё ждут ответа"},
    "no_curve": {
        "en": "No appeal has been answered yet: there is no time to show.",
        "ru": "Ни одно обращение ещё не отвечено: времени до ответа нет.",
    },
    # -- groups
    "limits_of": {"en": "{share}% limits", "ru": "границы {share} %"},
    "few_points": {
        "en": "fewer than {flagged} matured",
        "ru": "созрело меньше {flagged}",
    },
    "not_drawn": {
        "en": "Not drawn, fewer than {counts_only} matured: {count}.",
        "ru": "Не показаны, так как созрело меньше {counts_only}: {count}.",
    },
    "not_named": {
        "en": "Outside the limits and not named for want of room: {count}.",
        "ru": "Вне границ, но не подписаны из-за тесноты: {count}.",
    },
    "no_grouping": {
        "en": "The report takes nothing apart: it was asked for no groups.",
        "ru": "Отчёт составлен без разбивки по группам.",
    },
    "no_groups": {
        "en": "No group has {counts_only} matured appeals: counts alone say nothing here.",
        "ru": "Ни у одной группы не созрело {counts_only} обращений: сравнивать рано.",
    },
    "no_rows": {
        "en": "No group has a matured appeal yet.",
        "ru": "Ни у одной группы ещё нет созревших обращений.",
    },
    "chart_caterpillar": {
        "en": "Share in time with 95% Wilson intervals ({by})",
        "ru": "Доля в срок с 95 % интервалами Уилсона ({by})",
    },
    "target_is": {"en": "target {verdict}", "ru": "цель: {verdict}"},
    "counts_only": {
        "en": "fewer than {counts_only} matured, unranked",
        "ru": "созрело меньше {counts_only}, без места",
    },
    # -- arrivals
    "heat_in_time": {
        "en": "Share in time by hour of arrival, %",
        "ru": "Доля в срок по часу поступления, %",
    },
    "heat_arrived": {"en": "Appeals by hour of arrival", "ru": "Обращения по часу поступления"},
    "heat_due_later": {
        "en": "Due on a later day by hour of arrival, %",
        "ru": "Срок на другой день по часу поступления, %",
    },
    "axis_hour": {"en": "hour", "ru": "час"},
    "no_cells": {
        "en": "No appeal has matured yet: there is no share to show.",
        "ru": "Ни одно обращение ещё не созрело: доли нет.",
    },
    "few_cells": {"en": "fewer than {counts_only}", "ru": "меньше {counts_only}"},
    # -- deadlines
    "chart_load_day": {
        "en": "Deadlines of the open appeals by day",
        "ru": "Сроки открытых обращений по дням",
    },
    "all_of_slot": {"en": "all in the hour", "ru": "всего за час"},
    "all_of_day": {"en": "all on the day", "ru": "всего за день"},
    "most_at_once": {"en": "most at one instant", "ru": "больше всего в один миг"},
    # -- one appeal
    "lane_time": {"en": "working\ntime", "ru": "рабочее\nвремя"},
    "lane_time_clock": {"en": "time", "ru": "время"},
    "lane_holder": {"en": "holder", "ru": "у кого"},
    "lane_events": {"en": "events", "ru": "события"},
    "used": {"en": "counted", "ru": "идёт в счёт"},
    "not_used": {"en": "working time, not counted", "ru": "рабочее время вне счёта"},
    "not_used_clock": {"en": "not counted", "ru": "вне счёта"},
    "held": {"en": "paused", "ru": "приостановлено"},
    "over": {"en": "past the limit", "ru": "после предела"},
    "unknown_day": {"en": "calendar not known", "ru": "календарь неизвестен"},
    "blank": {"en": "Blank: no working time.", "ru": "Пусто: нерабочее время."},
    "due_line": {"en": "due {when}", "ru": "срок {when}"},
    "limit_line": {"en": "late after {when}", "ru": "просрочка после {when}"},
    "due_and_limit": {
        "en": "due {when}, later is late",
        "ru": "срок {when}, позже - просрочка",
    },
    "as_of_line": {"en": "as of {when}", "ru": "на {when}"},
    "overdue_by": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
    "later_events": {
        "en": "Later events, not drawn: {count}.",
        "ru": "Более поздних событий, не показаны: {count}.",
    },
    "no_clock": {
        "en": "The clock of this appeal has not started.",
        "ru": "Отсчёт срока этого обращения не начат.",
    },
    "created": {"en": "posted", "ru": "поступило"},
    "registered": {"en": "registered", "ru": "зарегистрировано"},
    "assigned": {"en": "assigned", "ru": "назначено"},
    "transferred": {"en": "passed on", "ru": "передано"},
    "citizen_message": {"en": "message of the citizen", "ru": "сообщение заявителя"},
    "resumed": {"en": "resumed", "ru": "возобновлено"},
    "replied": {"en": "reply", "ru": "ответ"},
    "paused": {"en": "paused", "ru": "приостановлено"},
    "edited": {"en": "edited", "ru": "текст изменён"},
    "review": {"en": "reply judged", "ru": "ответ оценён"},
    "corrected": {"en": "data corrected", "ru": "данные исправлены"},
    "deleted": {"en": "deleted", "ru": "удалено"},
    "restored": {"en": "restored", "ru": "восстановлено"},
    "closed": {"en": "closed", "ru": "закрыто"},
    "reopened": {"en": "reopened", "ru": "открыто повторно"},
    "duplicate_of": {"en": "found a duplicate", "ru": "признано дубликатом"},
    # -- a year
    "year": {"en": "{id}, {year}: working days", "ru": "{id}, {year} год: рабочие дни"},
    "work": {"en": "working day", "ru": "рабочий день"},
    "day_off": {"en": "weekly day off", "ru": "выходной"},
    "holiday": {"en": "holiday", "ru": "праздник"},
    "transferred_off": {"en": "day off moved here", "ru": "перенесённый выходной"},
    "decreed_off": {"en": "off by decree", "ru": "нерабочий по указу"},
    "transferred_work": {"en": "working weekend", "ru": "рабочий выходной"},
    "short": {"en": "one hour shorter", "ru": "на час короче"},
    "short_weekend": {
        "en": "working weekend, shorter",
        "ru": "рабочий выходной, короче",
    },
    "overridden": {"en": "own hours", "ru": "особые часы"},
    "unknown": {"en": "not known, refused", "ru": "неизвестно, ответа нет"},
}


def tell(key: str, lang: str, **facts: object) -> str:
    """Return words of a plot with their facts, set with proper dashes and spaces.

    >>> tell("mean_at", "ru", value="1,5")
    'среднее 1,5'
    """
    return typeset(words.pick(PLOTS[key], lang), lang).format(**facts)
