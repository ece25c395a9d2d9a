"""Texts of a report in Russian and English: headings, names, and explanations of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from workhours_sla.text import words
from workhours_sla.text.texts import Texts
from workhours_sla.text.words import Words

HEADINGS: Final[Mapping[str, Words]] = {
    "agency": {"en": "agency", "ru": "ведомство"},
    "district": {"en": "district", "ru": "район"},
    "channel": {"en": "channel", "ru": "канал"},
    "topic": {"en": "topic", "ru": "тема"},
    "week": {"en": "week of arrival", "ru": "неделя поступления"},
    "hour": {"en": "hour of arrival", "ru": "час поступления"},
    "weekday": {"en": "weekday of arrival", "ru": "день недели"},
    "arrival_class": {"en": "time of arrival", "ru": "время поступления"},
    "due_class": {"en": "day due", "ru": "день срока"},
    "arrived": {"en": "arrived", "ru": "поступило"},
    "matured": {"en": "matured", "ru": "срок наступил"},
    "met": {"en": "in time", "ru": "в срок"},
    "matured_met": {"en": "in time", "ru": "в срок"},
    "early": {"en": "answered early", "ru": "отвечено досрочно"},
    "breached": {"en": "late", "ru": "просрочено"},
    "pending": {"en": "pending", "ru": "в работе"},
    "paused": {"en": "paused", "ru": "приостановлено"},
    "withdrawn": {"en": "withdrawn", "ru": "отозвано"},
    "excluded": {"en": "excluded", "ru": "исключено"},
    "rate": {"en": "share", "ru": "доля"},
    "interval": {"en": "95% CI (Wilson)", "ru": "95 % ДИ (Уилсон)"},
    "target": {"en": "target {target}%", "ru": "цель {target} %"},
    "median": {"en": "median", "ru": "медиана"},
    "p90": {"en": "p90", "ru": "p90"},
    "restricted_mean": {"en": "mean up to {horizon}", "ru": "среднее до {horizon}"},
    "mean_answered": {"en": "mean of the answered", "ru": "среднее по отвеченным"},
    "open": {"en": "open", "ru": "открыто"},
    "overdue": {"en": "overdue", "ru": "просроч."},
    "open_overdue": {"en": "open/overdue", "ru": "открыто/просроч."},
    "closed_only": {"en": "of answered*", "ru": "по отвеченным*"},
    "final_at": {"en": "final after", "ru": "итог окончателен после"},
    "standardised": {"en": "share, equal mix", "ru": "доля при равном составе"},
    "standardised_lower": {"en": "its 95% from", "ru": "её 95 % от"},
    "standardised_upper": {"en": "to", "ru": "до"},
    "funnel": {"en": "place in the funnel", "ru": "место в воронке"},
    "lower": {"en": "from", "ru": "от"},
    "upper": {"en": "to", "ru": "до"},
    "verdict": {"en": "verdict", "ru": "вывод"},
    "working_time": {"en": "working time", "ru": "рабочее время"},
    "cohort": {"en": "weeks merged for the rate", "ru": "недели, объединённые для доли"},
    "total": {"en": "All", "ru": "Всего"},
    "no_group": {"en": "(not given)", "ru": "(не указано)"},
    "appeal_id": {"en": "appeal", "ru": "обращение"},
    "started_at": {"en": "arrived", "ru": "поступило"},
    "due_at": {"en": "due", "ru": "срок"},
    "limit": {"en": "late after", "ru": "просрочка после"},
    "answered_at": {"en": "answered", "ru": "ответ"},
    "elapsed": {"en": "working time used", "ru": "израсходовано рабочего времени"},
    "overdue_by": {"en": "overdue by", "ru": "просрочено на"},
    "date": {"en": "date", "ru": "дата"},
    "kind": {"en": "day", "ru": "день"},
    "hours": {"en": "working time", "ru": "рабочее время"},
    "act": {"en": "reason", "ru": "основание"},
    "holder": {"en": "holder at the limit", "ru": "исполнитель при истечении срока"},
    "hour_earlier": {
        "en": "in time an hour earlier",
        "ru": "в срок при поступлении на час раньше",
    },
}

VERDICTS: Final[Mapping[str, Words]] = {
    "meets": {"en": "met", "ru": "достигнута"},
    "fails": {"en": "not met", "ru": "не достигнута"},
    "inconclusive": {"en": "not proven", "ru": "не доказано"},
    "too_few": {"en": "too few", "ru": "мало данных"},
}

CLASSES: Final[Mapping[str, Words]] = {
    "in_hours": {"en": "in working hours", "ru": "в рабочие часы"},
    "evening_night": {"en": "evening or night", "ru": "вечер и ночь"},
    "weekend": {"en": "weekend", "ru": "выходные"},
    "holiday": {"en": "holiday or moved day off", "ru": "праздник или перенесённый выходной"},
    "short_day": {"en": "short day", "ru": "сокращённый день"},
    "working_weekend": {"en": "working Saturday", "ru": "рабочая суббота"},
    "ordinary_day": {"en": "ordinary day", "ru": "обычный день"},
    "after_days_off": {
        "en": "first day after three or more off",
        "ru": "первый день после трёх и более нерабочих",
    },
}

PHASES: Final[Mapping[str, Words]] = {
    "unregistered": {"en": "before registration", "ru": "до регистрации"},
    "unassigned": {"en": "before assignment", "ru": "до назначения исполнителя"},
    "assigned": {"en": "with an agency", "ru": "у исполнителя"},
    "returned": {"en": "transferred at once", "ru": "сразу передано дальше"},
}

INTAKE_REASONS: Final[Mapping[str, Words]] = {
    **words.QUARANTINE_REASONS,
    **words.UNMATCHED_REASONS,
}
"""The text for each reason in an ``Intake``, by language, keyed by the reason."""

CAUSES: Final[Mapping[str, Words]] = {
    "as_of": {"en": "another as-of time", "ru": "другой момент расчёта"},
    "input": {"en": "other data", "ru": "другие данные"},
    "calendar": {"en": "another calendar", "ru": "другой календарь"},
    "policy": {"en": "another target or other hours", "ru": "другой норматив или график"},
    "options": {"en": "other options of the report", "ru": "другие настройки отчёта"},
    "library": {"en": "another version of the library", "ru": "другая версия библиотеки"},
}
"""The text for each possible cause of a revision, by language, keyed by the cause."""

_SENTENCES: Final[Mapping[str, Words]] = {
    "title": {"en": "{name} · {budget}", "ru": "{name} · {budget}"},
    "as_of": {"en": "As of {when} ({tz})", "ru": "По состоянию на {when} ({tz})"},
    "rate": {
        "en": (
            "The share in time counts the appeals whose limit has passed: {met} of {matured}. "
            "Not counted yet: {early} answered early, {pending} pending, {paused} paused."
        ),
        "ru": (
            "Доля в срок считается по обращениям, срок которых наступил: {met} из {matured}. "
            "Ещё не учтены: отвечено досрочно {early}, в работе {pending}, "
            "приостановлено {paused}."
        ),
    },
    "interval": {
        "en": "The interval is the range of shares compatible with these counts (Wilson, 95%).",
        "ru": "Интервал показывает, какие доли совместимы с этими числами (Уилсон, 95 %).",
    },
    "verdict": {
        "en": (
            "The target is met if the whole interval is at or above it, not met if the whole "
            "interval is below it; otherwise neither is proven."
        ),
        "ru": (
            "Цель достигнута, если весь интервал не ниже неё, и не достигнута, если весь интервал "
            "ниже; иначе не доказано ни то ни другое."
        ),
    },
    "small_numbers": {
        "en": "Below {counts_only} matured only counts are shown; below {flagged} the share has *.",
        "ru": (
            "Если срок наступил менее чем у {counts_only} обращений, показаны только числа; "
            "менее чем у {flagged} - доля отмечена знаком *."
        ),
    },
    "closed_only": {
        "en": (
            "* Share among the answered only, as often published: biased upward, because "
            "unanswered appeals are missing."
        ),
        "ru": (
            "* Только по отвеченным, как часто публикуют: завышено, так как обращения без ответа "
            "не учтены."
        ),
    },
    "median": {
        "en": "Half were answered within the median of working time, open appeals included.",
        "ru": (
            "За медианное рабочее время ответ получила половина обращений, с учётом ещё открытых."
        ),
    },
    "p90": {
        "en": "Nine in ten were answered within p90; > means that it is not reached yet.",
        "ru": "За время p90 ответ получили девять обращений из десяти; > - ещё не достигнуто.",
    },
    "restricted_mean": {
        "en": "The mean wait with each wait cut at {horizon}; comparable between agencies.",
        "ru": (
            "Среднее ожидание, если каждое учитывать не дольше {horizon}; сравнимо между "
            "ведомствами."
        ),
    },
    "mean_answered": {
        "en": "The mean of answered appeals only; those that still wait are missing.",
        "ru": "Среднее только по отвеченным; обращения, ещё ждущие ответа, не учтены.",
    },
    "final": {
        "en": "The appeals received so far are final after {when}.",
        "ru": "Итог по уже поступившим обращениям окончателен после {when}.",
    },
    "week_final": {
        "en": "Week {week} is final after {when}.",
        "ru": "Итог недели {week} окончателен после {when}.",
    },
    "not_final": {
        "en": "Some appeals have no limit yet, so the share can still change.",
        "ru": "У части обращений срок ещё не определён, поэтому доля может измениться.",
    },
    "nothing_matured": {
        "en": "No limit has passed yet, so there is no share in time.",
        "ru": "Ни один срок ещё не истёк, поэтому доли в срок пока нет.",
    },
    "backlog": {
        "en": (
            "Open: {open}, of them overdue {overdue}; half have waited {median} or more of working "
            "time, one in ten {p90} or more, the oldest {largest}. These ages are not times to an "
            "answer: the longer an appeal waits, the likelier it is to be open."
        ),
        "ru": (
            "Открыто: {open}, из них просрочено {overdue}; половина ждёт {median} и дольше "
            "рабочего времени, каждое десятое - {p90} и дольше, самое давнее - {largest}. "
            "Это не время до ответа: чем дольше ждёт обращение, тем вероятнее оно среди открытых."
        ),
    },
    "little": {
        "en": (
            "Check of the counts by Little's law, of all arrivals since {since}: {mean_open} open "
            "on average; {arrivals} arrivals a day times {time} days to an answer or a withdrawal "
            "give {expected}. A large difference comes from the {open} still open: long "
            "unanswered, or answered without a record."
        ),
        "ru": (
            "Проверка учёта по закону Литтла по всем обращениям, поступившим с {since}: в среднем "
            "открыто {mean_open}; поступление {arrivals} в сутки, умноженное на среднее время до "
            "ответа или отзыва {time} сут., даёт {expected}. Большое расхождение вызвано ещё "
            "открытыми ({open}): они давно без ответа либо ответ не отражён в данных."
        ),
    },
    "withdrawals": {
        "en": (
            "By {time}, {answered}% of all were answered and {withdrawn}% withdrawn unanswered "
            "(Aalen-Johansen); without withdrawals {alone}% would have been answered "
            "(Kaplan-Meier): withdrawals account for {difference} points."
        ),
        "ru": (
            "За {time} ответ получили {answered} % обращений, отозваны без ответа "
            "{withdrawn} % (оценка Аалена - Йохансена); без отзывов ответ получили бы {alone} % "
            "(оценка Каплана - Майера): на отзывы приходится {difference} п. п."
        ),
    },
    "trend": {
        "en": (
            "A point outside the limits is a reason to look for a cause (XmR, limits from the "
            "first {points} weeks)."
        ),
        "ru": (
            "Точка за контрольными границами - повод искать причину (XmR, границы по первым "
            "неделям: {points})."
        ),
    },
    "share_trend": {
        "en": (
            "A share outside its limits is a reason to look for a cause; the fewer appeals, the "
            "wider the limits (Laney's p′ chart, limits from the first {points} weeks)."
        ),
        "ru": (
            "Доля за контрольными границами - повод искать причину; чем меньше обращений, тем "
            "шире границы (p′-карта Лейни, границы по первым неделям: {points})."
        ),
    },
    "trend_too_short": {
        "en": "Limits appear after 12 final weeks; there are {points}.",
        "ru": "Контрольные границы появятся после 12 недель; пока их {points}.",
    },
    "heat_map": {
        "en": "Shade: share in time. Figure: arrivals. Hatched: fewer than {counts_only} matured.",
        "ru": (
            "Цвет - доля в срок, число - поступило; штриховка - срок наступил менее чем у "
            "{counts_only} обращений."
        ),
    },
    "due_later": {
        "en": (
            "Share due on a later date than that of arrival; it follows from the calendar, not "
            "from the agency's work."
        ),
        "ru": (
            "Доля обращений со сроком на более поздний день. Так сложился календарь; ведомство на "
            "это не влияет."
        ),
    },
    "funnel": {
        "en": (
            "The funnel compares groups with each other: inside it, a share is not "
            "distinguishable from the overall rate. It does not show whether a group meets the "
            "target. If all groups had the same rate, about {false_alarms} would be outside the "
            "outer limits."
        ),
        "ru": (
            "Воронка сравнивает группы между собой: внутри неё доля группы неотличима от общей. "
            "Достигнута ли цель, она не показывает. При одинаковой доле у всех групп за внешними "
            "границами их было бы около {false_alarms}."
        ),
    },
    "false_failures": {
        "en": (
            "If all groups ({by}) were exactly at the target, about {count} would be judged not "
            "met."
        ),
        "ru": (
            "Если бы все группы ({by}) работали ровно на уровне цели, вывод «не достигнута» "
            "получили бы около {count}."
        ),
    },
    "standardised": {
        "en": "The share that each group would have with the same mix of times of arrival.",
        "ru": "Доля, какой она была бы при одинаковом распределении времени поступления.",
    },
    "period": {"en": "from {first} to {last}", "ru": "с {first} по {last}"},
    "period_since": {"en": "from {first} on", "ru": "с {first}"},
    "period_until": {"en": "up to {last}", "ru": "по {last}"},
    "period_all": {"en": "at any time", "ru": "за всё время"},
    "change": {
        "en": (
            "From {before}% to {after}%: {difference} points (95%: {lower} to {upper}), of which "
            "{mix} from a different mix of arrivals and {performance} from performance."
        ),
        "ru": (
            "Было {before} %, стало {after} %: {difference} п. п. (95 %: от {lower} до {upper}), "
            "из них {mix} - за счёт состава обращений, {performance} - за счёт самой работы."
        ),
    },
    "attribution": {
        "en": "Late appeals by their holder when the limit passed, and where their time went.",
        "ru": "За кем числились просроченные обращения, когда истёк срок, и куда ушло время.",
    },
    "hour_earlier": {
        "en": (
            "Of {late} late appeals that were not with the holder at the limit from the start, "
            "{count} would have been in time if they had reached it an hour of working time "
            "earlier: that hour was spent before, on registration, assignment or transfers."
        ),
        "ru": (
            "Просроченные обращения, которые не сразу попали к тому, за кем числились в момент "
            "истечения срока: {late}. На {count} из них ответили бы в срок, поступи они к нему на "
            "час рабочего времени раньше: этот час ушёл на регистрацию, назначение или передачу."
        ),
    },
    "for_analysts": {"en": "For analysts:", "ru": "Для аналитика:"},
    "phases": {
        "en": (
            "Their working time by phase; no event shows an approval within an agency, so it is "
            "part of the time with the agency."
        ),
        "ru": (
            "Их рабочее время по этапам; согласование внутри ведомства в событиях не отражено "
            "и входит во время исполнителя."
        ),
    },
    "indicators": {
        "en": "Signs to investigate, none of them a proof.",
        "ru": "Признаки, которые стоит проверить; это не доказательства.",
    },
    "before_lunch": {
        "en": "Of {noon_hour} answers from 12:00 to 12:59, {before_lunch} came after 12:50.",
        "ru": "Из {noon_hour} ответов с 12:00 до 12:59 после 12:50 пришло {before_lunch}.",
    },
    "intake_events": {
        "en": (
            "Events: {read} = taken {taken} + duplicate {duplicate} + later {after_as_of} "
            "+ quarantined {quarantined}."
        ),
        "ru": (
            "События: {read} = учтено {taken} + дубликатов {duplicate} + позже {after_as_of} "
            "+ в карантине {quarantined}."
        ),
    },
    "came_late": {
        "en": "Events that came after an event that occurred later: {count}.",
        "ru": "Событий, пришедших после более поздних: {count}.",
    },
    "intake_rows": {
        "en": "Rows: {read} = taken {taken} + later {after_as_of} + quarantined {quarantined}.",
        "ru": "Строки: {read} = учтено {taken} + позже {after_as_of} + в карантине {quarantined}.",
    },
    "ignored_rows": {
        "en": "Rows ignored as configured: {count}.",
        "ru": "Строк пропущено согласно конфигурации: {count}.",
    },
    "inverted_rows": {
        "en": "Answers before their postings, within the tolerance: {count}.",
        "ru": "Ответов раньше обращения, но в пределах допуска: {count}.",
    },
    "unmatched": {"en": "Appeals without a clock: {count}.", "ru": "Обращений без срока: {count}."},
    "reconciliation": {
        "en": (
            "Arrived {arrived} = in time {matured_met} + answered early {early} + late {breached} "
            "+ pending {pending} + paused {paused} + withdrawn {withdrawn} + excluded {excluded}."
        ),
        "ru": (
            "Поступило {arrived} = в срок {matured_met} + отвечено досрочно {early} + просрочено "
            "{breached} + в работе {pending} + приостановлено {paused} + отозвано {withdrawn} "
            "+ исключено {excluded}."
        ),
    },
    "maturity": {
        "en": "Matured {matured} of {counting}.",
        "ru": "Срок наступил у {matured} из {counting}.",
    },
    "unnamed": {"en": "Without {by}: {count}.", "ru": "Без указания ({by}): {count}."},
    "minute_rounded": {
        "en": "Times on whole minutes: {count} of {arrived}.",
        "ru": "Время с точностью до минуты: {count} из {arrived}.",
    },
    "calendar_unknown": {
        "en": "Verdict unknown, because it depends on dates without a calendar: {count}.",
        "ru": "Вердикт не определён: он зависит от дат, на которые нет календаря: {count}.",
    },
    "provisional": {
        "en": "PROVISIONAL, based on dates that no act has decided: {count}.",
        "ru": "ПРЕДВАРИТЕЛЬНО, по датам, которые не установлены актами: {count}.",
    },
    "needs_review": {
        "en": "May have been answered by a reply without a review: {count}.",
        "ru": "Возможно, уже отвечено, но ответ ещё не оценён: {count}.",
    },
    "pause_left_open": {
        "en": "With a pause that was never ended although work went on: {count}.",
        "ru": "С приостановкой, которую не завершили, хотя работа продолжалась: {count}.",
    },
    "retroactive": {
        "en": "Late before a change of the appeal made the target apply: {count}.",
        "ru": "Срок истёк до изменения обращения, после которого применён норматив: {count}.",
    },
    "outliers": {
        "en": (
            "Arrived more than a year before or after all other appeals, so perhaps with a wrong "
            "date: {count} ({first}). They count in every figure but are in no week, trend or "
            "other axis of time."
        ),
        "ru": (
            "Поступили более чем на год раньше или позже всех остальных, возможна ошибка в дате: "
            "{count} ({first}). Во всех итогах они учтены, но в неделях, на графиках по времени и "
            "в календаре их нет."
        ),
    },
    "unchanged": {
        "en": "No figure has changed.",
        "ru": "Ни одна цифра не изменилась.",
    },
    "changed_by": {"en": "Possible causes: {causes}.", "ru": "Возможные причины: {causes}."},
    "more_changes": {
        "en": "... and {count} more figures (--json lists them)",
        "ru": "... и ещё {count} цифр (все - в --json)",
    },
    "revised_cases": {
        "en": "Verdicts that changed: {count}.",
        "ru": "Изменился вердикт по обращениям: {count}.",
    },
    "more_cases": {
        "en": "... and {count} more verdicts (--json lists them)",
        "ru": "... и ещё {count} обращений (все - в --json)",
    },
    "no_case_verdicts": {
        "en": "The earlier report does not have the verdicts of appeals; to list those that "
        "change, write it with --json --with-cases.",
        "ru": "В прежнем отчёте нет вердиктов по обращениям; чтобы видеть, какие изменились, "
        "составляйте его с --json --with-cases.",
    },
    "calendar": {
        "en": "Calendar {id}, version {version}.",
        "ru": "Календарь {id}, версия {version}.",
    },
    "provenance": {
        "en": "workhours_sla {library}, target {policy}, data {input}.",
        "ru": "workhours_sla {library}, норматив {policy}, данные {input}.",
    },
}
SENTENCES: Final = Texts(_SENTENCES)
"""Sentences that explain a report, many keyed by the name of a field of the report."""


def name_of(by: str, key: str | None, lang: str) -> str:
    """Return the name of the row ``key`` in the table ``by``.

    Classes, weekdays and the row of cases without a group have names in ``lang``. Other names are
    unchanged.
    """
    if key is None:
        return words.pick(HEADINGS["no_group"], lang)
    names, keys = by.split("*"), key.split(words.CROSSED)
    if len(names) == len(keys) > 1:
        given = (None if one == words.NO_PART else one for one in keys)
        return words.CROSSED.join(map(partial(name_of, lang=lang), names, given))
    if by in ("arrival_class", "due_class"):
        return words.pick(CLASSES[key], lang)
    if by == "weekday":
        return words.WEEKDAYS[lang][words.WEEKDAYS["en"].index(key)]
    return key


def heading(by: str, lang: str) -> str:
    """Return the heading of a column; an unknown column, such as your own grouping, keeps its name.

    >>> heading("agency", "en")
    'agency'
    """
    if "*" in by and by not in HEADINGS:
        return words.CROSSED.join(heading(part, lang) for part in by.split("*"))
    return words.pick(HEADINGS.get(by, {"en": by}), lang)
