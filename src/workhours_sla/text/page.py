"""The words of the page and the plots, and how they write numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from workhours_sla.text import words
from workhours_sla.text.numbers import number, percent
from workhours_sla.text.report import SENTENCES
from workhours_sla.text.words import Words

NO_FIGURE: Final = "\N{EN DASH}"
_HOUR: Final = timedelta(hours=1)
_NBSP: Final = "\N{NO-BREAK SPACE}"
_GROUP: Final = {"en": ",", "ru": _NBSP}
_DASH: Final = {"en": " \N{EN DASH} ", "ru": "\N{NO-BREAK SPACE}\N{EM DASH} "}

PAGE: Final[Mapping[str, Words]] = {
    "skip": {"en": "Skip to the figures", "ru": "К показателям"},
    "contents": {"en": "Contents", "ru": "Содержание"},
    "theme": {"en": "Light or dark", "ru": "Светлая или тёмная"},
    "as_table": {"en": "As a table", "ru": "Таблицей"},
    "sort_hint": {
        "en": "A heading sorts its column. Groups with few matured appeals stay unranked, last.",
        "ru": "Заголовок сортирует столбец. Малочисленные группы не ранжируются и стоят в конце.",
    },
    "chart_hint": {
        "en": "Point at a chart, or tab to it and use the arrow keys, to read its values.",
        "ru": "Значения на графике: наведите указатель или перейдите клавишей Tab и стрелками.",
    },
    # -- sections
    "summary": {"en": "Result", "ru": "Итог"},
    "weeks": {"en": "By week of arrival", "ru": "По неделям поступления"},
    "times": {"en": "Time to an answer", "ru": "Время до ответа"},
    "by_agency": {"en": "Agencies", "ru": "Ведомства"},
    "by_district": {"en": "Districts", "ru": "Районы"},
    "by_channel": {"en": "Channels", "ru": "Каналы"},
    "by_topic": {"en": "Topics", "ru": "Темы"},
    "by_arrival_class": {"en": "By time of arrival", "ru": "По времени поступления"},
    "by_due_class": {"en": "By the day due", "ru": "По дню срока"},
    "by_other": {"en": "By {by}", "ru": "Разрез: {by}"},
    "arrivals": {"en": "When appeals arrive", "ru": "Когда поступают обращения"},
    "open": {"en": "Open appeals and deadlines", "ru": "Открытые обращения и сроки"},
    "change": {"en": "What changed", "ru": "Что изменилось"},
    "times_table": {"en": "Times to an answer", "ru": "Время до ответа: показатели"},
    "late": {"en": "Late appeals", "ru": "Просроченные обращения"},
    "handling": {"en": "Who held them", "ru": "Просрочки по исполнителям"},
    "days": {"en": "Special days", "ru": "Особые дни"},
    "quality": {"en": "Quality of the data", "ru": "Качество данных"},
    "method": {"en": "Method and sources", "ru": "Методика и источники"},
    # -- summary
    "headline": {"en": "answered in time", "ru": "отвечено в срок"},
    "verdict": {"en": "Target {target}%: {verdict}", "ru": "Цель {target} %: {verdict}"},
    "ci": {"en": "95% interval {interval}", "ru": "95 % интервал {interval}"},
    "final_at": {"en": "final after", "ru": "итог окончателен после"},
    "final_yes": {"en": "final since", "ru": "итог окончателен с"},
    "biased": {
        "en": "of the answered alone: too high",
        "ru": "только по отвеченным: завышено",
    },
    "overdue_short": {"en": "overdue", "ru": "просрочено"},
    "open_now": {"en": "open", "ru": "открыто"},
    "overdue_now": {"en": "of them overdue", "ru": "из них просрочено"},
    "early": {"en": "answered early, not counted yet", "ru": "досрочно отвечено, ещё не учтено"},
    # -- charts
    "hours": {"en": "{hours} h", "ru": "{hours} ч"},
    "axis_hours": {"en": "hours of working time", "ru": "часы рабочего времени"},
    "axis_week": {"en": "ISO week", "ru": "неделя ISO"},
    "axis_matured": {"en": "matured appeals", "ru": "созревших обращений"},
    "axis_later": {"en": "due on a later day", "ru": "срок на другой день"},
    "target_line": {"en": "target {target}%", "ru": "цель {target} %"},
    "chart_weeks": {
        "en": "Share in time by week of arrival, with 95% intervals and the target",
        "ru": "Доля в срок по неделям поступления, с 95 % интервалами и целью",
    },
    "chart_trend": {
        "en": "Median working time to an answer by week, with control limits",
        "ru": "Медиана рабочего времени до ответа по неделям, с контрольными пределами",
    },
    "chart_share_trend": {
        "en": "Share in time by week, with the control limits of each",
        "ru": "Доля в срок по неделям, с контрольными пределами каждой",
    },
    "share_trend_reading": {
        "en": "Mean {mean}%; the weeks spread {sigma} times as much as by chance. Weeks that "
        "signal a change: {signals}.",
        "ru": "Среднее {mean} %; разброс недель составляет {sigma} от случайного. Недели с "
        "сигналом: {signals}.",
    },
    "share_point": {
        "en": "{week}: in time {share}%, {met} of {matured} matured{limits}",
        "ru": "{week}: в срок {share} %, {met} из {matured} созревших{limits}",
    },
    "share_limits": {
        "en": "; limits {lower} to {upper}%",
        "ru": "; пределы от {lower} до {upper} %",
    },
    "chart_curve": {
        "en": "Share not yet answered by working time, with its 95% band",
        "ru": "Доля ещё не отвеченных по рабочему времени, с 95 % полосой",
    },
    "chart_funnel": {
        "en": "Share in time by size ({by}), with 95% and 99.8% limits around the target",
        "ru": "Доля в срок и число обращений ({by}), с границами 95 % и 99,8 % вокруг цели",
    },
    "chart_heat": {
        "en": "Share in time by weekday and hour of arrival",
        "ru": "Доля в срок по дню недели и часу поступления",
    },
    "chart_backlog": {
        "en": "Open and overdue appeals at the end of each week",
        "ru": "Открытые и просроченные обращения на конец недели",
    },
    "chart_load": {
        "en": "Deadlines of the open appeals by hour",
        "ru": "Сроки открытых обращений по часам",
    },
    "weeks_reading": {
        "en": (
            "Band: 95% interval; line: share in time; a wide band is of short weeks merged with "
            "the next. Pale and dashed: not final yet. Below: arrivals."
        ),
        "ru": (
            "Полоса - 95 % интервал, черта - доля в срок; широкая полоса - короткие недели, "
            "объединённые со следующей. Бледно, пунктиром - ещё не окончательно. Внизу - поступило."
        ),
    },
    "trend_reading": {
        "en": "Mean {mean} h, limits {lower} to {upper} h. Weeks that signal a change: {signals}.",
        "ru": "Среднее {mean} ч, пределы от {lower} до {upper} ч. Недели с сигналом: {signals}.",
    },
    "no_signals": {"en": "none", "ru": "нет"},
    "outside": {"en": "outside the limits", "ru": "за пределами"},
    "run_of_eight": {"en": "eight on one side of the mean", "ru": "восемь подряд по одну сторону"},
    "three_of_four": {"en": "three of four near a limit", "ru": "три из четырёх у предела"},
    "range_outside": {"en": "further from the last than usual", "ru": "скачок больше обычного"},
    "curve_reading": {
        "en": "The line falls as appeals are answered; open ones are taken in for as long as seen.",
        "ru": "Линия падает по мере ответов; открытые учтены, пока за ними наблюдали.",
    },
    "not_answered": {
        "en": "after {hours} h not answered: {share}% (95% {lower} to {upper})",
        "ru": "через {hours} ч не отвечено {share} % (95 %: от {lower} до {upper})",
    },
    "norm": {"en": "target {budget}", "ru": "норматив {budget}"},
    "median_at": {"en": "median {hours} h", "ru": "медиана {hours} ч"},
    "p90_at": {"en": "p90 {hours} h", "ru": "p90 {hours} ч"},
    "mean_line": {"en": "mean", "ru": "среднее"},
    "limit_line": {"en": "limit", "ru": "предел"},
    "funnel_reading": {
        "en": "Filled: outside the 99.8% limits. Dispersion {dispersion} is allowed for.",
        "ru": "Закрашено - вне границ 99,8 %. Учтена избыточная дисперсия {dispersion}.",
    },
    "group_point": {
        "en": "{name}: {rate}% of {n} matured, {place}",
        "ru": "{name}: {rate} % из {n} созревших, {place}",
    },
    "funnel_0": {"en": "inside the limits", "ru": "внутри границ"},
    "funnel_1": {"en": "above the 95% limit", "ru": "выше границы 95 %"},
    "funnel_2": {"en": "above the 99.8% limit", "ru": "выше границы 99,8 %"},
    "funnel_-1": {"en": "below the 95% limit", "ru": "ниже границы 95 %"},
    "funnel_-2": {"en": "below the 99.8% limit", "ru": "ниже границы 99,8 %"},
    "cell": {
        "en": "{day} {hour}:00\N{EN DASH}{hour}:59: arrived {arrived}, "
        "in time {rate} of {matured} matured, due later {later}",
        "ru": "{day} {hour}:00\N{EN DASH}{hour}:59: поступило {arrived}, "
        "в срок {rate} из {matured} созревших, срок на другой день {later}",
    },
    "place_0": {"en": "inside", "ru": "внутри"},
    "place_1": {"en": "above 95%", "ru": "выше 95 %"},
    "place_2": {"en": "above 99.8%", "ru": "выше 99,8 %"},
    "place_-1": {"en": "below 95%", "ru": "ниже 95 %"},
    "place_-2": {"en": "below 99.8%", "ru": "ниже 99,8 %"},
    "percent": {"en": "{share}%", "ru": "{share} %"},
    "below": {"en": "below {share}", "ru": "ниже {share}"},
    "from_to": {"en": "{low}\N{EN DASH}{high}", "ru": "{low}\N{EN DASH}{high}"},
    "few": {"en": "few", "ru": "мало"},
    "week_point": {
        "en": "{week}: in time {rate} {interval}, {met} of {matured} matured; arrived {arrived}",
        "ru": "{week}: в срок {rate} {interval}, {met} из {matured} созревших; поступило {arrived}",
    },
    "not_final": {"en": "not final yet", "ru": "ещё не окончательно"},
    "backlog_point": {
        "en": "{when}: open {open}, overdue {overdue}; in the week arrived {arrivals}, "
        "answered or withdrawn {departures}, backlog {net}",
        "ru": "{when}: открыто {open}, просрочено {overdue}; за неделю поступило {arrivals}, "
        "отвечено или отозвано {departures}, остаток {net}",
    },
    "load_point": {
        "en": "{when}: {count}, of them {together} at one instant",
        "ru": "{when}: {count}, из них одновременно {together}",
    },
    "load_sums": {
        "en": "Beside these: overdue {overdue}, due earlier {earlier}, due later {later}, paused "
        "{paused}, unknown {unknown}.",
        "ru": "Кроме них: просрочено {overdue}, срок раньше {earlier}, срок позже {later}, "
        "приостановлено {paused}, срок неизвестен {unknown}.",
    },
    "load_none": {"en": "No deadline falls in the time shown.", "ru": "Сроков впереди нет."},
    "load_first": {"en": "Shown are the first {shown}.", "ru": "Показаны первые {shown}."},
    # -- tables
    "rows_first": {
        "en": "Shown are the {shown} with the most arrivals of {all}.",
        "ru": "Показаны {shown} с наибольшим числом обращений из {all}.",
    },
    "late_first": {
        "en": "Shown are {shown} of {all}: those still open first, then by how late.",
        "ru": "Показано {shown} из {all}: сначала открытые, затем по величине просрочки.",
    },
    "late_rest": {"en": "All that the report names:", "ru": "Все, что названы в отчёте:"},
    "late_print": {
        "en": "Printed are the first {shown}.",
        "ru": "На печати - первые {shown}.",
    },
    "late_none": {"en": "No appeal is late.", "ru": "Просроченных обращений нет."},
    "no_answer": {"en": "open", "ru": "открыто"},
    "trace": {"en": "Day by day: {appeal}", "ru": "По дням: {appeal}"},
    "trace_due": {"en": "due", "ru": "срок"},
    "hour_day": {"en": "weekday and hour", "ru": "день и час"},
    "time": {"en": "working time, h", "ru": "рабочее время, ч"},
    "unanswered": {"en": "not answered, %", "ru": "не отвечено, %"},
    "limits95": {"en": "95% limits", "ru": "95 % границы"},
    "signal": {"en": "signal", "ru": "сигнал"},
    "median_h": {"en": "median, h", "ru": "медиана, ч"},
    "deadlines": {"en": "deadlines", "ru": "сроков"},
    "together": {"en": "at one instant", "ru": "одновременно"},
    "departures": {
        "en": "answered or withdrawn in the week",
        "ru": "отвечено или отозвано за неделю",
    },
    "net": {"en": "backlog grew by", "ru": "прирост остатка"},
    "at_risk": {"en": "waited as long", "ru": "ждали столько и дольше"},
    "share": {"en": "share in time, %", "ru": "доля в срок, %"},
    "limits": {"en": "limits", "ru": "пределы"},
    "yes": {"en": "yes", "ru": "да"},
    "no": {"en": "no", "ru": "нет"},
    "only_hour_earlier": {
        "en": "Only those that an hour earlier would have been in time",
        "ru": "Только те, что при поступлении на час раньше были бы в срок",
    },
    "phases": {"en": "By phase", "ru": "По этапам"},
    "arrivals_in_week": {"en": "arrived in the week", "ru": "поступило за неделю"},
    "holder": {"en": "agency", "ru": "исполнитель"},
    "at_breach": {"en": "held it at the limit", "ru": "числились, когда истёк срок"},
    "largest_share": {"en": "held it longest", "ru": "находились дольше всего"},
    "first_holder": {"en": "held it first", "ru": "поступили первоначально"},
    "nobody": {"en": "(nobody)", "ru": "(не назначен)"},
    "left_out": {
        "en": "Late appeals whose holders cannot be reckoned: {count}.",
        "ru": "Просроченных, по которым исполнитель не установлен: {count}.",
    },
    "replied": {"en": "replied to", "ru": "с ответом"},
    "formal_first": {"en": "first reply formal", "ru": "первый ответ формальный"},
    "registration_delay": {"en": "median time to register", "ru": "медиана до регистрации"},
    "deletes": {"en": "deleted by officials", "ru": "удалено не автором"},
    "late_transfers": {"en": "passed on in the last hour", "ru": "передано в последний час"},
    "phase": {"en": "phase", "ru": "этап"},
    "by_holder": {"en": "By holder", "ru": "По исполнителям"},
    "by_phase": {"en": "By holder and phase", "ru": "По исполнителям и этапам"},
    "signs": {"en": "Signs by agency", "ru": "Признаки по ведомствам"},
    "appeals": {"en": "appeals", "ru": "обращений"},
    "reason": {"en": "reason", "ru": "причина"},
    "count": {"en": "count", "ru": "число"},
    "aside": {"en": "Set aside, by reason", "ru": "Отложено, по причинам"},
    "compared": {
        "en": "Appeals that arrived from {when} on, against those before.",
        "ru": "Поступившие с {when} в сравнении с поступившими раньше.",
    },
    "class_change": {"en": "Contributions by class, points", "ru": "Вклад по классам, п. п."},
    "mix": {"en": "other arrivals", "ru": "состав"},
    "performance": {"en": "the work itself", "ru": "сама работа"},
    "fingerprint": {"en": "fingerprint", "ru": "отпечаток"},
    "made_of": {"en": "What it was made from", "ru": "Из чего построено"},
    "data": {"en": "data", "ru": "данные"},
    "promise": {"en": "promise", "ru": "норматив"},
    "version": {"en": "version", "ru": "версия"},
    "schedules": {"en": "hours (of the most appeals)", "ru": "график (большинства обращений)"},
    "source": {"en": "source", "ru": "источник"},
    "trend_name": {"en": "control chart of medians", "ru": "контрольная карта медианы"},
    "withdrawals_name": {"en": "withdrawals", "ru": "отзывы"},
    "little_name": {"en": "Little's law", "ru": "закон Литтла"},
    "share_trend_name": {"en": "control chart of shares", "ru": "контрольная карта доли"},
    "value": {"en": "value", "ru": "значение"},
    "at_least": {"en": "from {hours}", "ru": "от {hours}"},
    "what": {"en": "figure", "ru": "показатель"},
    "reading": {"en": "how to read it", "ru": "как читать"},
}

SOURCES: Final[Mapping[str, str]] = {
    "interval": "Wilson 1927; Brown, Cai, DasGupta 2001",
    "verdict": "Wilson 1927",
    "small_numbers": "Washington State DOH; CDC WISQARS",
    "median": "Kaplan, Meier 1958; Greenwood 1926; Brookmeyer, Crowley 1982",
    "p90": "Kaplan, Meier 1958; Hyndman, Fan 1996",
    "restricted_mean": "Klein, Moeschberger 2003",
    "standardised": "Fleiss, Levin, Paik 2003; Kitagawa 1955",
    "trend": "Shewhart 1931; Wheeler 2000",
    "share_trend": "Laney 2002",
    "withdrawals": "Aalen, Johansen 1978",
    "little": "Little 1961",
    "funnel": "Spiegelhalter 2005",
}


def say(key: str, lang: str, **facts: object) -> str:
    r"""Return words of the page with their facts, set with proper dashes and spaces.

    >>> say("target_line", "ru", target=90)
    'цель 90\xa0%'
    """
    return typeset(words.pick(PAGE[key], lang), lang).format(**facts)


def sentence(key: str, lang: str, **facts: object) -> str:
    """Return a sentence of a report with its facts, set with proper dashes and spaces."""
    return typeset(words.pick(SENTENCES[key], lang), lang).format(**facts)


def typeset(text: str, lang: str) -> str:
    """Return text with dashes and with spaces that do not break.

    >>> typeset("less - or more", "en")
    'less – or more'
    """
    for narrow in (" %", "} ч", "} h"):
        text = text.replace(narrow, narrow.replace(" ", _NBSP))
    return text.replace(" - ", _DASH[lang])


def count_text(count: int, lang: str) -> str:
    """Return a whole number with its thousands apart.

    >>> count_text(27655, "en")
    '27,655'
    """
    return f"{count:,}".replace(",", _GROUP[lang])


def percent_text(share: float, lang: str, *, target: float | None = None) -> str:
    """Return a share in percent, never on another side of the target; without the sign."""
    return number(percent(min(max(share, 0.0), 1.0), target=target), lang)


def target_text(target: float, lang: str) -> str:
    """Return a target in percent, with no more decimals than it has."""
    return number(f"{target * 100:g}", lang)


def hours_grouped(amount: timedelta, lang: str) -> str:
    """Return an amount in hours, to a tenth, with its thousands apart.

    >>> hours_grouped(timedelta(hours=1680, minutes=6), "en")
    '1,680.1'
    """
    whole, _, tenth = f"{amount / _HOUR:,.1f}".partition(".")
    return whole.replace(",", _GROUP[lang]) + number(f".{tenth}", lang)


def hours_exact(amount: timedelta, lang: str) -> str:
    """Return an amount in hours, to a hundredth."""
    return number(f"{amount / _HOUR:.2f}", lang)


def when_text(when: datetime, lang: str) -> str:
    """Return an instant as date and time."""
    return f"{words.short_date(when.date(), lang)} {when:%H:%M}".replace(" ", _NBSP)


def day_text(day: date, lang: str) -> str:
    """Return a date with its weekday."""
    name = words.WEEKDAYS[lang][day.weekday()]
    return f"{name} {words.short_date(day, lang)}".replace(" ", _NBSP)
