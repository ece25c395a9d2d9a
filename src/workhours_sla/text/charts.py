"""Texts of charts, on the page and in plots."""

from __future__ import annotations

from typing import Final

from workhours_sla.text import report
from workhours_sla.text.texts import Texts

SENTENCES: Final = Texts(report.SENTENCES, typeset=True)
"""The sentences of ``text.report``, with typographic dashes and spaces."""

CHARTS: Final = Texts(
    {
        "percent": {"en": "{share}%", "ru": "{share} %"},
        "hours": {"en": "{hours} h", "ru": "{hours} ч"},
        "amount_hours": {"en": "{count} h", "ru": "{count} ч"},
        "amount_minutes": {
            "en": "{count}\N{NO-BREAK SPACE}min",
            "ru": "{count}\N{NO-BREAK SPACE}мин",
        },
        "amount_days": {
            "en": "{days}\N{NO-BREAK SPACE}working days",
            "ru": "{days}\N{NO-BREAK SPACE}рабочего дня",
        },
        "below": {"en": "below {share}", "ru": "ниже {share}"},
        "few": {"en": "few", "ru": "мало"},
        "unfinished": {"en": "unfinished week", "ru": "неделя не завершена"},
        "target_line": {"en": "target {target}%", "ru": "цель {target} %"},
        "axis_share": {"en": "in time, %", "ru": "в срок, %"},
        "axis_hours": {"en": "hours of working time", "ru": "часы рабочего времени"},
        "axis_hours_short": {"en": "hours", "ru": "часы"},
        "axis_week": {"en": "ISO week", "ru": "неделя ISO"},
        # -- weeks
        "chart_weeks": {
            "en": "Share in time by week of arrival, with 95% intervals and the target",
            "ru": "Доля в срок по неделям поступления, с интервалами 95 % и целью",
        },
        "week_point": {
            "en": "{week}: in time {rate} {interval}, {met} of {matured} matured; "
            "arrived {arrived}",
            "ru": "{week}: в срок {rate} {interval}, {met} из {matured} с наступившим сроком; "
            "поступило {arrived}",
        },
        "chart_trend": {
            "en": "Median working time to an answer by week, with control limits",
            "ru": "Медиана рабочего времени до ответа по неделям, с контрольными границами",
        },
        "trend_reading": {
            "en": "Mean {mean} h, limits {lower} to {upper} h. Weeks that signal a change: "
            "{signals}. If nothing changed, about {expected} weeks would be marked.",
            "ru": "Среднее {mean} ч, границы от {lower} до {upper} ч. Недели с признаками "
            "изменений: {signals}. Если бы ничего не менялось, отмеченных недель было бы около "
            "{expected}.",
        },
        "chart_share_trend": {
            "en": "Share in time by week, with the control limits of each (p\N{PRIME} chart)",
            "ru": "Доля в срок по неделям, с контрольными границами каждой (p\N{PRIME}-карта)",
        },
        "share_trend_reading": {
            "en": "Mean {mean}%; spread of the weeks {sigma} times the binomial one. Weeks that "
            "signal a change: {signals}. If nothing changed, about {expected} weeks would be "
            "marked.",
            "ru": "Среднее {mean} %; отношение разброса недель к биномиальному: {sigma}. Недели с "
            "признаками изменений: {signals}. Если бы ничего не менялось, отмеченных недель было "
            "бы около {expected}.",
        },
        "assurance_met": {
            "en": "The target is below the control limits: unless something changes, almost every "
            "week meets it.",
            "ru": "Цель ниже контрольных границ: если ничего не изменится, её достигнет почти "
            "каждая неделя.",
        },
        "assurance_missed": {
            "en": "The target is above the control limits: unless something changes, almost no "
            "week meets it.",
            "ru": "Цель выше контрольных границ: если ничего не изменится, её не достигнет "
            "почти ни одна неделя.",
        },
        "assurance_varies": {
            "en": "The target is within the control limits: unless something changes, some weeks "
            "meet it and others miss it.",
            "ru": "Цель между контрольными границами: если ничего не изменится, одни недели её "
            "достигнут, другие нет.",
        },
        "improvement": {"en": "improvement", "ru": "улучшение"},
        "concern": {"en": "concern", "ru": "ухудшение"},
        "rebased": {
            "en": "Limits from the week {week} on, after a known change.",
            "ru": "Границы построены с недели {week}, после известной перемены.",
        },
        "left_out_paused": {
            "en": "Left out, because more than 20% of the appeals are paused: {weeks}.",
            "ru": "Не показаны, потому что приостановлено больше 20 % обращений: {weeks}.",
        },
        "left_out_unknown": {
            "en": "Left out, because the calendar leaves a limit open: {weeks}.",
            "ru": "Не показаны, потому что срок зависит от неизвестных дней календаря: {weeks}.",
        },
        "left_out_unfinished": {
            "en": "Left out, because the week is not final yet or the period ends within it: "
            "{weeks}.",
            "ru": "Не показаны незавершённые недели, то есть без окончательного итога или не "
            "целиком входящие в период: {weeks}.",
        },
        "share_point": {
            "en": "{week}: in time {share}%, {met} of {matured} matured{limits}",
            "ru": "{week}: в срок {share} %, {met} из {matured} с наступившим сроком{limits}",
        },
        "share_limits": {
            "en": "; limits {lower} to {upper}%",
            "ru": "; границы от {lower} до {upper} %",
        },
        "chart_moving_range": {
            "en": "Moving range of the weekly medians",
            "ru": "Скользящий размах недельных медиан",
        },
        "median_of_week": {"en": "median of a week", "ru": "медиана за неделю"},
        "share_of_week": {"en": "share of a week", "ru": "доля за неделю"},
        "range_of_weeks": {
            "en": "change from the week before",
            "ru": "изменение к прошлой неделе",
        },
        "merged": {"en": "merged short weeks", "ru": "объединённые недели"},
        "mean_line": {"en": "mean", "ru": "среднее"},
        "mean_at": {"en": "mean {mean}", "ru": "среднее {mean}"},
        "limit_line": {"en": "limit", "ru": "граница"},
        "limit_at": {"en": "limit {value}", "ru": "граница {value}"},
        "limits_at": {
            "en": "limits {lower} to {upper}",
            "ru": "границы от {lower} до {upper}",
        },
        "limits_by_size": {
            "en": "limits by size, σz = {value}",
            "ru": "границы по числу обращений, σz = {value}",
        },
        "outside": {"en": "outside the limits", "ru": "за границами"},
        "run_of_eight": {
            "en": "eight on one side of the mean",
            "ru": "восемь подряд по одну сторону",
        },
        "three_of_four": {
            "en": "three of four near a limit",
            "ru": "три из четырёх у границы",
        },
        "range_outside": {
            "en": "change larger than usual",
            "ru": "изменение больше обычного",
        },
        "no_signals": {"en": "none", "ru": "нет"},
        "no_medians": {
            "en": "No week has a median yet: too few appeals have been answered.",
            "ru": "Медианы пока нет ни за одну неделю: ответов слишком мало.",
        },
        "no_ranges": {
            "en": "A moving range needs two weeks that are final.",
            "ru": "Для скользящего размаха нужны две недели с окончательным итогом.",
        },
        "no_weeks": {
            "en": "There is no week to show.",
            "ru": "Недель с окончательным итогом пока нет.",
        },
        "chart_backlog": {
            "en": "Open and overdue appeals at the end of each week; the last point is now",
            "ru": "Открытые и просроченные обращения на конец недели; последняя точка - сейчас",
        },
        "backlog_point": {
            "en": "{when}: open {open}, overdue {overdue}; in the week arrived {arrivals}, "
            "answered or withdrawn {departures}, backlog {net}",
            "ru": "{when}: открыто {open}, просрочено {overdue}; за неделю поступило {arrivals}, "
            "отвечено или отозвано {departures}, изменение остатка {net}",
        },
        "backlog_now": {
            "en": "now, {when}: open {open}, overdue {overdue}",
            "ru": "сейчас, {when}: открыто {open}, просрочено {overdue}",
        },
        "open_now": {"en": "open", "ru": "открыто"},
        "overdue_short": {"en": "overdue", "ru": "просрочено"},
        # -- time to an answer
        "chart_curve": {
            "en": "Share not yet answered by working time, with its 95% band",
            "ru": "Доля обращений, ещё ждущих ответа, по рабочему времени, с полосой 95 %",
        },
        "not_answered": {
            "en": "after {hours} h not answered: {share}% (95% {lower} to {upper})",
            "ru": "через {hours} ч без ответа {share} % (95 %: от {lower} до {upper})",
        },
        "unanswered": {"en": "not answered, %", "ru": "без ответа, %"},
        "curve": {"en": "Kaplan-Meier estimate", "ru": "оценка Каплана - Майера"},
        "band": {"en": "95% interval", "ru": "интервал 95 %"},
        "norm": {"en": "target {budget}", "ru": "норматив {budget}"},
        "median_at": {"en": "median {hours} h", "ru": "медиана {hours} ч"},
        "p90_at": {"en": "p90 {hours} h", "ru": "p90 {hours} ч"},
        "censored": {"en": "still open or withdrawn", "ru": "ещё открыто или отозвано"},
        "at_risk": {"en": "still waiting", "ru": "ещё ждут ответа"},
        "no_curve": {
            "en": "No appeal has been answered yet: there is no time to show.",
            "ru": "Ни на одно обращение ещё не ответили: показывать нечего.",
        },
        # -- groups
        "chart_funnel": {
            "en": "Share in time by size ({by}), with 95% and 99.8% limits around the overall rate",
            "ru": "Доля в срок и число обращений ({by}), с границами 95 % и 99,8 % вокруг общей "
            "доли",
        },
        "overall_rate": {"en": "overall rate {rate}%", "ru": "общая доля {rate} %"},
        "plain_limits": {
            "en": "limits if all had the same rate",
            "ru": "границы при одинаковой доле у всех",
        },
        "axis_matured": {"en": "matured appeals", "ru": "обращений с наступившим сроком"},
        "limits_of": {"en": "{share} limits", "ru": "границы {share}"},
        "group_point": {
            "en": "{name}: {rate}% of {n} matured, {place}",
            "ru": "{name}: {rate} % из {n} с наступившим сроком, {place}",
        },
        "funnel_0": {"en": "inside the limits", "ru": "внутри границ"},
        "funnel_1": {"en": "above the 95% limit", "ru": "выше границы 95 %"},
        "funnel_2": {"en": "above the 99.8% limit", "ru": "выше границы 99,8 %"},
        "funnel_-1": {"en": "below the 95% limit", "ru": "ниже границы 95 %"},
        "funnel_-2": {"en": "below the 99.8% limit", "ru": "ниже границы 99,8 %"},
        "few_points": {"en": "fewer than {flagged} matured", "ru": "меньше {flagged} обращений"},
        "not_drawn": {
            "en": "Not drawn, fewer than {counts_only} matured: {count}.",
            "ru": "Не показаны группы, где наступило меньше {counts_only} сроков: {count}.",
        },
        "not_named": {
            "en": "Outside the limits, but not named because there is no room: {count}.",
            "ru": "За границами, но без подписи из-за нехватки места: {count}.",
        },
        "no_grouping": {
            "en": "The report has no groups, because none were requested.",
            "ru": "Отчёт составлен без разбивки по группам.",
        },
        "no_groups": {
            "en": "No group has {counts_only} matured appeals: it is too early to compare.",
            "ru": "Ни в одной группе нет {counts_only} обращений с наступившим сроком: сравнивать "
            "рано.",
        },
        "no_rows": {
            "en": "No group has a matured appeal yet.",
            "ru": "Ни в одной группе срок ещё не наступил.",
        },
        "rows_first": {
            "en": "Shown are the {shown} of {all} with the most arrivals.",
            "ru": "Показаны {shown} с наибольшим числом обращений из {all}.",
        },
        "chart_caterpillar": {
            "en": "Share in time with 95% Wilson intervals ({by})",
            "ru": "Доля в срок с интервалами Уилсона 95 % ({by})",
        },
        "target_is": {"en": "target {verdict}", "ru": "цель: {verdict}"},
        "counts_only": {
            "en": "fewer than {counts_only} matured, unranked",
            "ru": "меньше {counts_only} обращений, без места",
        },
        # -- arrivals
        "chart_heat": {
            "en": "Share in time by weekday and hour of arrival",
            "ru": "Доля в срок по дню недели и часу поступления",
        },
        "cell": {
            "en": "{day} {hour}:00\N{EN DASH}{hour}:59: arrived {arrived}, "
            "in time {rate} of {matured} matured, due later {later}",
            "ru": "{day} {hour}:00\N{EN DASH}{hour}:59: поступило {arrived}, "
            "в срок {rate} из {matured} с наступившим сроком, срок на другой день {later}",
        },
        "axis_later": {"en": "due on a later day", "ru": "срок на другой день"},
        "axis_hour": {"en": "hour", "ru": "час"},
        "heat_in_time": {
            "en": "Share in time by hour of arrival, %",
            "ru": "Доля в срок по часу поступления, %",
        },
        "heat_arrived": {
            "en": "Appeals by hour of arrival",
            "ru": "Обращения по часу поступления",
        },
        "heat_due_later": {
            "en": "Due on a later day by hour of arrival, %",
            "ru": "Срок на другой день по часу поступления, %",
        },
        "no_cells": {
            "en": "No appeal has matured yet: there is no share to show.",
            "ru": "Ни один срок ещё не наступил: доли пока нет.",
        },
        "few_cells": {"en": "fewer than {counts_only}", "ru": "меньше {counts_only}"},
        # -- deadlines to come
        "chart_load": {
            "en": "Deadlines of the open appeals by hour",
            "ru": "Сроки открытых обращений по часам",
        },
        "chart_load_day": {
            "en": "Deadlines of the open appeals by day",
            "ru": "Сроки открытых обращений по дням",
        },
        "load_point": {
            "en": "{when}: {count}, of them {together} at one instant",
            "ru": "{when}: {count} {count:срок|срока|сроков}, из них одинаковых {together}",
        },
        "load_sums": {
            "en": "In addition: overdue {overdue}, due earlier {earlier}, due later {later}, "
            "paused {paused}, unknown {unknown}.",
            "ru": "Кроме них: просрочено {overdue}, срок раньше {earlier}, срок позже {later}, "
            "приостановлено {paused}, срок не определён {unknown}.",
        },
        "load_none": {"en": "No deadline falls in the time shown.", "ru": "Сроков впереди нет."},
        "deadlines": {"en": "deadlines", "ru": "сроков"},
        "all_of_slot": {"en": "all in the hour", "ru": "всего за час"},
        "all_of_day": {"en": "all on the day", "ru": "всего за день"},
        "most_at_once": {"en": "most at one instant", "ru": "из них с одинаковым сроком"},
        # -- one appeal
        "lane_time": {"en": "working\ntime", "ru": "рабочее\nвремя"},
        "lane_time_clock": {"en": "time", "ru": "время"},
        "lane_holder": {"en": "holder", "ru": "исполнитель"},
        "lane_events": {"en": "events", "ru": "события"},
        "used": {"en": "counted", "ru": "засчитывается в срок"},
        "not_used": {
            "en": "working time, not counted",
            "ru": "рабочее время, в срок не засчитывается",
        },
        "not_used_clock": {"en": "not counted", "ru": "в срок не засчитывается"},
        "over": {"en": "past the limit", "ru": "просрочка"},
        "unknown_day": {"en": "no calendar", "ru": "нет календаря"},
        "blank": {"en": "Blank: no working time.", "ru": "Без заливки: нерабочее время."},
        "due_line": {"en": "due {when}", "ru": "срок {when}"},
        "late_line": {"en": "late after {when}", "ru": "просрочка после {when}"},
        "due_and_limit": {
            "en": "due {when}, later is late",
            "ru": "срок {when}, позже - просрочка",
        },
        "as_of_line": {"en": "as of {when}", "ru": "по состоянию на {when}"},
        "overdue_by": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
        "later_events": {
            "en": "Later events, not drawn: {count}.",
            "ru": "Более поздних событий не показано: {count}.",
        },
        "no_clock": {
            "en": "The clock of this appeal has not started.",
            "ru": "Отсчёт срока по этому обращению ещё не начат.",
        },
        "created": {"en": "posted", "ru": "поступило"},
        "registered": {"en": "registered", "ru": "зарегистрировано"},
        "assigned": {"en": "assigned", "ru": "назначен исполнитель"},
        "transferred": {"en": "passed on", "ru": "передано"},
        "citizen_message": {"en": "message of the citizen", "ru": "сообщение заявителя"},
        "resumed": {"en": "resumed", "ru": "возобновлено"},
        "replied": {"en": "reply", "ru": "ответ"},
        "paused": {"en": "paused", "ru": "приостановлено"},
        "edited": {"en": "edited", "ru": "текст изменён"},
        "review": {"en": "reply reviewed", "ru": "ответ проверен"},
        "corrected": {"en": "data corrected", "ru": "данные исправлены"},
        "deleted": {"en": "deleted", "ru": "удалено"},
        "restored": {"en": "restored", "ru": "восстановлено"},
        "closed": {"en": "closed", "ru": "закрыто"},
        "reopened": {"en": "reopened", "ru": "открыто повторно"},
        "duplicate_of": {"en": "found a duplicate", "ru": "признано дубликатом"},
        # -- a year
        "year": {
            "en": "{id}, {year}: working days",
            "ru": "Производственный календарь на {year} год, {id}",
        },
        "work": {"en": "working day", "ru": "рабочий день"},
        "day_off": {"en": "weekly day off", "ru": "выходной"},
        "holiday": {"en": "holiday", "ru": "праздник"},
        "transferred_off": {"en": "day off moved here", "ru": "перенесённый выходной"},
        "decreed_off": {
            "en": "off by decree or order",
            "ru": "нерабочий по указу или приказу",
        },
        "transferred_work": {
            "en": "working weekend",
            "ru": "рабочая суббота (воскресенье)",
        },
        "short": {"en": "one hour shorter", "ru": "на час короче"},
        "short_weekend": {
            "en": "working weekend, shorter",
            "ru": "рабочая сб (вс), на час короче",
        },
        "overridden": {"en": "own hours", "ru": "особый график"},
        "unknown": {"en": "not covered by the calendar", "ru": "в календаре не определено"},
    },
    typeset=True,
)
