"""The words of a report in Russian and English: headings, names, and what each figure means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from workhours_sla.text import words
from workhours_sla.text.words import Words
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.budget_kinds import (
    Budget,
    CalendarDays,
    ClockTime,
    Months,
    WorkingDays,
)

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
    "matured": {"en": "matured", "ru": "созрело"},
    "met": {"en": "in time", "ru": "в срок"},
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
    "closed_only": {"en": "of answered*", "ru": "по закрытым*"},
    "final_at": {"en": "final after", "ru": "созревает"},
    "standardised": {"en": "share, equal mix", "ru": "доля при равном составе"},
    "standardised_error": {"en": "its standard error", "ru": "её стандартная ошибка"},
    "funnel": {"en": "place in the funnel", "ru": "место в воронке"},
    "lower": {"en": "from", "ru": "от"},
    "upper": {"en": "to", "ru": "до"},
    "verdict": {"en": "verdict", "ru": "вывод"},
    "working_time": {"en": "working time", "ru": "рабочее время"},
    "cohort": {"en": "rate taken with", "ru": "доля считается с"},
    "total": {"en": "All", "ru": "Всего"},
    "not_said": {"en": "(not said)", "ru": "(не указано)"},
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
    "act": {"en": "why", "ru": "основание"},
    "holder": {"en": "held at the limit by", "ru": "исполнитель при истечении срока"},
    "hour_earlier": {"en": "in time an hour earlier", "ru": "в срок при поступлении на час раньше"},
}

VERDICTS: Final[Mapping[str, Words]] = {
    "meets": {"en": "met", "ru": "выполнена"},
    "fails": {"en": "not met", "ru": "не выполнена"},
    "inconclusive": {"en": "not proved", "ru": "не доказано"},
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
    "unregistered": {"en": "not registered yet", "ru": "до регистрации"},
    "unassigned": {"en": "not assigned yet", "ru": "до назначения исполнителя"},
    "held": {"en": "held", "ru": "у исполнителя"},
    "returned": {"en": "passed on at once", "ru": "сразу передано дальше"},
}

INTAKE_REASONS: Final[Mapping[str, Words]] = {
    **words.QUARANTINE_REASONS,
    **words.UNMATCHED_REASONS,
}

CAUSES: Final[Mapping[str, Words]] = {
    "as_of": {"en": "another instant of reckoning", "ru": "другая дата расчёта"},
    "input": {"en": "other data", "ru": "другие данные"},
    "calendar": {"en": "another calendar", "ru": "другой календарь"},
    "policy": {"en": "another promise or other hours", "ru": "другой норматив или график"},
    "options": {"en": "other options of the report", "ru": "другие настройки отчёта"},
    "library": {"en": "another version of the library", "ru": "другая версия библиотеки"},
}

SENTENCES: Final[Mapping[str, Words]] = {
    "title": {"en": "{name} · {budget}", "ru": "{name} · {budget}"},
    "as_of": {"en": "As of {when} ({tz})", "ru": "На {when} ({tz})"},
    "rate": {
        "en": (
            "The share in time is that of the appeals whose limit has passed: {met} of {matured}. "
            "Not counted yet: {early} answered early, {pending} pending, {paused} paused."
        ),
        "ru": (
            "Доля в срок - среди обращений, срок которых истёк: {met} из {matured}. "
            "Ещё не учтены: отвечено досрочно {early}, в работе {pending}, "
            "приостановлено {paused}."
        ),
    },
    "interval": {
        "en": "The interval says which shares these counts allow (Wilson, 95%).",
        "ru": "Интервал показывает, какие доли совместимы с этими числами (Уилсон, 95 %).",
    },
    "verdict": {
        "en": (
            "The target counts as met if the whole interval reaches it, as not met if all of it "
            "lies below; else neither is proved."
        ),
        "ru": (
            "Цель выполнена, если весь интервал не ниже неё, и не выполнена, если весь ниже; "
            "иначе не доказано ни то ни другое."
        ),
    },
    "small_numbers": {
        "en": "Below {counts_only} matured only counts are shown, below {flagged} the share has *.",
        "ru": (
            "Меньше {counts_only} созревших - только числа, меньше {flagged} - доля со знаком *."
        ),
    },
    "closed_only": {
        "en": "* Of the answered alone, as often published: the unanswered are missing, too high.",
        "ru": "* По отвеченным, как часто публикуют: без неотвеченных; завышено.",
    },
    "median": {
        "en": "Half were answered within the median of working time, those still open taken in.",
        "ru": "За медиану рабочего времени отвечена половина, с учётом ещё открытых.",
    },
    "p90": {
        "en": "Nine of ten were answered within p90; > means that it is not reached.",
        "ru": "За p90 отвечены девять из десяти; > - уровень не достигнут.",
    },
    "restricted_mean": {
        "en": "The mean wait when none is counted for longer than {horizon}; comparable.",
        "ru": "Среднее ожидание, если считать не дольше {horizon}; сравнимо между ведомствами.",
    },
    "mean_answered": {
        "en": "The mean of the answered alone; who still waits is missing.",
        "ru": "Среднее по отвеченным; ещё ждущие в нём не учтены.",
    },
    "final": {
        "en": "Appeals that have come so far are final after {when}.",
        "ru": "Поступившие обращения созреют после {when}.",
    },
    "week_final": {
        "en": "Week {week} is final after {when}.",
        "ru": "Неделя {week} созреет после {when}.",
    },
    "not_final": {
        "en": "Some appeals have no limit yet, so the share can still change.",
        "ru": "У части обращений срок ещё не определён, доля может измениться.",
    },
    "nothing_matured": {
        "en": "No limit has passed yet: there is no share to speak of.",
        "ru": "Ни один срок ещё не истёк: говорить о доле рано.",
    },
    "backlog": {
        "en": (
            "Open: {open}, of them overdue {overdue}; half have waited {median} or more of working "
            "time, one in ten {p90} or more, the oldest {largest}. That is no time to an answer: "
            "who waits long is the likelier to be among them."
        ),
        "ru": (
            "Открыто: {open}, из них просрочено {overdue}; половина ждёт {median} и дольше "
            "рабочего времени, каждое десятое - {p90} и дольше, самое давнее - {largest}. "
            "Это не время до ответа: чем дольше ждёт обращение, тем вероятнее оно среди открытых."
        ),
    },
    "little": {
        "en": (
            "Little's law, a check that the counts belong together: {mean_open} open on average; "
            "{arrivals} arrivals a day times {time} days until each was done with make {expected}. "
            "A wide gap is of the {open} still open: long unanswered, or answered without a record."
        ),
        "ru": (
            "Проверка учёта по закону Литтла: в среднем открыто {mean_open}; поступление "
            "{arrivals} в сутки, умноженное на среднее время до ответа или отзыва {time} сут., "
            "даёт {expected}. Большое расхождение приходится на ещё открытые ({open}): давно "
            "без ответа либо ответ не отражён в данных."
        ),
    },
    "withdrawals": {
        "en": (
            "By {time}, {answered}% of all were answered and {withdrawn}% withdrawn unanswered "
            "(Aalen-Johansen); had nobody withdrawn, {alone}% would have been answered "
            "(Kaplan-Meier): withdrawals account for {difference} points."
        ),
        "ru": (
            "За {time} ответ получили {answered} % обращений, отозваны без ответа "
            "{withdrawn} % (Аален - Йохансен); без отзывов ответ получили бы {alone} % "
            "(Каплан - Майер): на отзывы приходится {difference} п. п."
        ),
    },
    "trend": {
        "en": "A point outside the limits is a change, not the usual noise (XmR, first {points}).",
        "ru": "Точка за пределами - перемена, а не обычный шум (XmR, первые {points}).",
    },
    "share_trend": {
        "en": (
            "A share outside its limits is a change, not the usual noise; the fewer appeals, the "
            "wider the limits (Laney's p′ chart, first {points})."
        ),
        "ru": (
            "Доля за пределами - перемена, а не обычный шум; чем меньше обращений, тем шире "
            "пределы (p′-карта Лейни, первые {points})."
        ),
    },
    "trend_too_short": {
        "en": "Limits need twelve weeks that are final; there are {points}.",
        "ru": "Пределам нужны двенадцать созревших недель; есть {points}.",
    },
    "heat_map": {
        "en": "Shade: share in time. Figure: arrivals. Hatched: fewer than {counts_only} matured.",
        "ru": "Цвет - доля в срок, число - поступило; штриховка - созрело меньше {counts_only}.",
    },
    "due_later": {
        "en": "Share due on a later date than that of arrival: the calendar's doing, not the work.",
        "ru": "Доля со сроком на более поздний день: это календарь, а не работа.",
    },
    "funnel": {
        "en": (
            "Inside the funnel a group differs from the target by chance; about {false_alarms} "
            "lie outside the outer limits by chance alone."
        ),
        "ru": (
            "Внутри воронки отличие от цели объясняется случаем; за внешними границами случайно "
            "окажется около {false_alarms}."
        ),
    },
    "standardised": {
        "en": "The share each would have with the same mix of times of arrival.",
        "ru": "Доля, какой она была бы при одинаковом составе по времени поступления.",
    },
    "change": {
        "en": (
            "From {before}% to {after}%: {difference} points (95%: {lower} to {upper}), of which "
            "{mix} by other arrivals and {performance} by the work itself."
        ),
        "ru": (
            "Было {before} %, стало {after} %: {difference} п. п. (95 %: от {lower} до {upper}), "
            "из них {mix} - состав обращений, {performance} - сама работа."
        ),
    },
    "attribution": {
        "en": "Late appeals by who held them when the limit passed, and where their time went.",
        "ru": "За кем числились просроченные обращения, когда истёк срок, и куда ушло время.",
    },
    "hour_earlier": {
        "en": (
            "Of {late} late appeals of which it is known, {count} would have been in time had "
            "they reached who held them at the limit an hour of working time earlier: it was "
            "spent before, on registering, assigning or passing them on."
        ),
        "ru": (
            "Из {late} просроченных обращений, о которых это известно, {count} были бы отвечены "
            "в срок, поступи они к исполнителю на час рабочего времени раньше: этот час ушёл до "
            "него - на регистрацию, назначение или передачу."
        ),
    },
    "phases": {
        "en": (
            "Their working time by phase; approval within an agency is in no event, so it is part "
            "of the time held."
        ),
        "ru": (
            "Их рабочее время по этапам; согласование внутри ведомства в событиях не отражается "
            "и входит во время исполнителя."
        ),
    },
    "indicators": {
        "en": "Signs to look into, none of them a proof.",
        "ru": "Признаки, которые стоит проверить; не доказательства.",
    },
    "before_lunch": {
        "en": "Of {noon_hour} answers from 12:00 to 12:59, {before_lunch} came after 12:50.",
        "ru": "Из {noon_hour} ответов с 12:00 до 12:59 после 12:50 пришло {before_lunch}.",
    },
    "intake_events": {
        "en": (
            "Events: {read} = taken {taken} + duplicate {duplicate} + later {after_as_of} "
            "+ set aside {aside}; came late {late}."
        ),
        "ru": (
            "События: {read} = учтено {taken} + дубликатов {duplicate} + позже {after_as_of} "
            "+ отложено {aside}; опоздавших {late}."
        ),
    },
    "intake_rows": {
        "en": "Rows: {read} = taken {taken} + later {after_as_of} + set aside {aside}.",
        "ru": "Строки: {read} = учтено {taken} + позже {after_as_of} + отложено {aside}.",
    },
    "unmatched": {"en": "Appeals without a clock: {count}.", "ru": "Обращений без срока: {count}."},
    "reconciliation": {
        "en": (
            "Arrived {arrived} = in time {met} + late {breached} + pending {pending} + paused "
            "{paused} + withdrawn {withdrawn} + excluded {excluded}."
        ),
        "ru": (
            "Поступило {arrived} = в срок {met} + просрочено {breached} + в работе {pending} "
            "+ приостановлено {paused} + отозвано {withdrawn} + исключено {excluded}."
        ),
    },
    "maturity": {
        "en": "Matured {matured} of {counting}.",
        "ru": "Созрело {matured} из {counting}.",
    },
    "unnamed": {"en": "Without {by}: {count}.", "ru": "Без указания ({by}): {count}."},
    "minute_rounded": {
        "en": "Times on whole minutes: {count} of {arrived}.",
        "ru": "Время с точностью до минуты: {count} из {arrived}.",
    },
    "calendar_unknown": {
        "en": "Verdict open, it depends on dates without a calendar: {count}.",
        "ru": "Исход не определён, он зависит от дат без утверждённого календаря: {count}.",
    },
    "provisional": {
        "en": "PROVISIONAL, on dates that no act has settled: {count}.",
        "ru": "ПРЕДВАРИТЕЛЬНО, по датам, не установленным актами: {count}.",
    },
    "needs_review": {
        "en": "Replies that nobody has judged may be the answer: {count}.",
        "ru": "Ответом может быть неоценённый ответ: {count}.",
    },
    "pause_left_open": {
        "en": "With a pause that was never ended, although work went on: {count}.",
        "ru": "С приостановкой, которую не завершили, хотя работа продолжалась: {count}.",
    },
    "retroactive": {
        "en": "Breached before a change of the appeal set the target: {count}.",
        "ru": "Срок истёк до изменения обращения, после которого применён норматив: {count}.",
    },
    "unchanged": {
        "en": "No figure has changed.",
        "ru": "Ни одна цифра не изменилась.",
    },
    "changed_by": {"en": "What differs: {causes}.", "ru": "Что изменилось: {causes}."},
    "more_changes": {
        "en": "... and {count} more figures (--json lists them)",
        "ru": "... и ещё {count} цифр (--json)",
    },
    "calendar": {
        "en": "Calendar {id}, version {version}.",
        "ru": "Календарь {id}, версия {version}.",
    },
    "provenance": {
        "en": "workhours_sla {library}, promise {policy}, data {input}.",
        "ru": "workhours_sla {library}, норматив {policy}, данные {input}.",
    },
}
"""What each figure of a report means, by a key that is often the name of a field."""


BUDGETS: Final[Mapping[type, Words]] = {
    timedelta: {"en": "{amount} of working time", "ru": "{amount} рабочего времени"},
    WorkingDays: {"en": "working days: {count}", "ru": "рабочих дней: {count}"},
    CalendarDays: {"en": "calendar days: {count}", "ru": "календарных дней: {count}"},
    Months: {"en": "months: {count}", "ru": "месяцев: {count}"},
    ClockTime: {"en": "{amount} around the clock", "ru": "{amount} круглосуточно"},
}


def budget_words(budget: Budget, lang: str) -> str:
    """Return a budget in words.

    >>> budget_words(WorkingDays(7), "ru")
    'рабочих дней: 7'
    """
    said = words.pick(BUDGETS[type(budget)], lang)
    if isinstance(budget, timedelta):
        return said.format(amount=format_amount(budget))
    if isinstance(budget, ClockTime):
        return said.format(amount=format_amount(budget.amount))
    assert isinstance(budget, WorkingDays | CalendarDays | Months)  # noqa: S101 - or no key above
    return said.format(count=budget.count)


def phrase(key: str, lang: str, **facts: object) -> str:
    """Return a sentence with its facts filled in."""
    return words.pick(SENTENCES[key], lang).format(**facts)


def name_of(by: str, key: str | None, lang: str) -> str:
    """Return the name of a row: classes and weekdays in ``lang``, other names as they are."""
    if key is None:
        return words.pick(HEADINGS["not_said"], lang)
    if by in ("arrival_class", "due_class"):
        return words.pick(CLASSES[key], lang)
    if by == "weekday":
        return words.WEEKDAYS[lang][words.WEEKDAYS["en"].index(key)]
    return key


def heading(by: str, lang: str) -> str:
    """Return the name of a column; a grouping of one's own goes by its own name."""
    return words.pick(HEADINGS.get(by, {"en": by}), lang)
