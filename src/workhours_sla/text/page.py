"""The texts of the page, which include the texts of the charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.charts import CHARTS
from workhours_sla.text.texts import Texts

PAGE: Final = Texts(
    {
        **CHARTS,
        "skip": {"en": "Skip to the figures", "ru": "К показателям"},
        "contents": {"en": "Contents", "ru": "Содержание"},
        "theme": {"en": "Switch theme", "ru": "Сменить тему"},
        "as_table": {"en": "Show the table", "ru": "Показать таблицу"},
        "sort_hint": {
            "en": "Select a heading to sort by its column. Groups with few matured appeals stay "
            "unranked, last.",
            "ru": "Чтобы отсортировать таблицу, нажмите на заголовок столбца. Группы, где "
            "обращений мало, не ранжируются и всегда остаются в конце.",
        },
        "chart_hint": {
            "en": "Point at a chart, or tab to it and use the arrow keys, to read its values.",
            "ru": "Чтобы увидеть значения, наведите указатель на график или перейдите к нему "
            "клавишей Tab и выбирайте стрелками.",
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
        "by_due_class": {"en": "By the day due", "ru": "По дню, на который приходится срок"},
        "by_other": {"en": "By {by}", "ru": "Разрез: {by}"},
        "arrivals": {"en": "When appeals arrive", "ru": "Когда поступают обращения"},
        "open": {"en": "Open appeals and deadlines", "ru": "Открытые обращения и сроки"},
        "change": {"en": "What changed", "ru": "Что изменилось"},
        "times_table": {"en": "Times to an answer", "ru": "Время до ответа: показатели"},
        "late": {"en": "Late appeals", "ru": "Просроченные обращения"},
        "handling": {"en": "Late appeals by holder", "ru": "Просрочки по исполнителям"},
        "days": {"en": "Special days", "ru": "Особые дни"},
        "quality": {"en": "Quality of the data", "ru": "Качество данных"},
        "method": {"en": "Method and sources", "ru": "Методика и источники"},
        # -- first screen
        "tile_late": {"en": "late {when}", "ru": "с опозданием {when}"},
        "tile_late_period": {"en": "late in the period", "ru": "с опозданием за период"},
        "tile_of": {"en": "{overdue} of {open}", "ru": "{overdue} из {open}"},
        "tile_overdue": {"en": "open appeals are overdue now", "ru": "открытых просрочены сейчас"},
        "tile_median": {
            "en": "half of the period's appeals are answered in this working time",
            "ru": "за это рабочее время отвечают на половину обращений периода",
        },
        "bar_reading": {
            "en": "in time {rate}%, 95% interval {interval}, target {target}%",
            "ru": "в срок {rate} %, интервал 95 %: {interval}, цель {target} %",
        },
        "worst": {
            "en": "Where the most answers are missing",
            "ru": "Где до цели не хватает больше всего ответов",
        },
        "worst_all": {
            "en": "{failed} {failed:agency misses|agencies miss} the target. {late} of {all} late "
            "appeals are theirs.",
            "ru": "Не достигли цели: {failed} {failed:ведомство|ведомства|ведомств}. На них "
            "приходится {late} из {all} {all:опоздания|опозданий|опозданий}.",
        },
        "worst_first": {
            "en": "{failed} {failed:agency misses|agencies miss} the target; these {shown} lack "
            "the most answers. {late} of {all} late appeals are theirs.",
            "ru": "Не достигли цели: {failed} {failed:ведомство|ведомства|ведомств}. Здесь "
            "{shown}, где не хватает больше всего ответов; на них приходится {late} из {all} "
            "{all:опоздания|опозданий|опозданий}.",
        },
        "list_reading": {
            "en": "Bar: share in time; thin bar across its end: the 95% interval; upright line: "
            "the target. Small chart: the last 13 final weeks on their own scale, dashed the "
            "target.",
            "ru": "Полоса - доля в срок, тонкая полоска на её конце - интервал 95 %, черта - цель. "
            "Малый график - последние 13 недель с окончательным итогом в своём масштабе, пунктир - "
            "цель.",
        },
        "none_matured": {
            "en": "{count} arrived; no limit has passed yet",
            "ru": "поступило {count}; ни один срок ещё не истёк",
        },
        "late_of": {
            "en": "{late} late of {n}",
            "ru": "{late} {late:опоздание|опоздания|опозданий} из {n}",
        },
        "lacking": {
            "en": "{count} fewer needed for {target}%",
            "ru": "для {target} % нужно на {count} меньше",
        },
        "equal_mix": {"en": "equal mix {share}", "ru": "равный состав {share}"},
        "weeks_line": {
            "en": "the last {count} weeks: from {first} to {last}",
            "ru": "недели, последние {count}: от {first} до {last}",
        },
        "list_fails": {"en": "Target not met: {count}", "ru": "Цель не достигнута: {count}"},
        "list_inconclusive": {"en": "Not proven: {count}", "ru": "Не доказано: {count}"},
        "list_meets": {"en": "Target met: {count}", "ru": "Цель достигнута: {count}"},
        "list_too_few": {
            "en": "Too few appeals for a verdict: {count}",
            "ru": "Мало данных для вывода: {count}",
        },
        "list_first": {"en": "Shown are {shown} of {all}.", "ru": "Показано {shown} из {all}."},
        "now": {"en": "Overdue right now", "ru": "Просрочены прямо сейчас"},
        "now_all": {
            "en": "{count} unanswered; the longest overdue first, in working time.",
            "ru": "Без ответа: {count}; сначала самые давние, в рабочем времени.",
        },
        "now_first": {
            "en": "{count} unanswered; the {shown} longest overdue, in working time.",
            "ru": "Без ответа: {count}; показаны {shown} самых давних, в рабочем времени.",
        },
        "now_none": {
            "en": "No open appeal is overdue.",
            "ru": "Просроченных открытых обращений нет.",
        },
        "analyst": {"en": "For analysts", "ru": "Для аналитика"},
        "analyst_has": {
            "en": "method, intervals, control charts, funnel, all figures, quality of the data",
            "ru": "методика, интервалы, контрольные карты, воронка, все показатели, качество "
            "данных",
        },
        "figures": {"en": "All figures", "ru": "Все показатели"},
        "table_of": {"en": "{name}: all figures", "ru": "{name}: все показатели"},
        "trends": {"en": "Control charts", "ru": "Контрольные карты"},
        "swipe": {
            "en": "The chart is wider than the screen: swipe it sideways.",
            "ru": "График шире экрана: проведите по нему вбок.",
        },
        # -- summary
        "headline": {"en": "answered in time", "ru": "отвечено в срок"},
        "verdict": {"en": "Target {target}%: {verdict}", "ru": "Цель {target} %: {verdict}"},
        "ci": {"en": "95% interval {interval}", "ru": "интервал 95 %: {interval}"},
        "final_at": {"en": "final after", "ru": "итог будет окончательным после"},
        "final_yes": {"en": "final since", "ru": "итог окончательный с"},
        "biased": {
            "en": "of the answered alone: too high",
            "ru": "только по отвеченным: завышено",
        },
        "early": {
            "en": "answered early, not counted yet",
            "ru": "отвечено досрочно, ещё не учтено",
        },
        # -- the findings of charts
        "finding_weeks": {
            "en": "Target met in {met} and not met in {missed} of {all} final {all:week|weeks}",
            "ru": "Недель с окончательным итогом: {all}; цель достигнута в {met}, не достигнута в "
            "{missed}",
        },
        "finding_arrivals": {
            "en": "Due on a later day than they arrived: {later} of {known} appeals ({share})",
            "ru": "Срок не в день поступления - у {later} из {known} обращений ({share})",
        },
        "finding_backlog": {
            "en": "{open} open now, {overdue} of them overdue",
            "ru": "Сейчас открыто {open}, из них просрочено {overdue}",
        },
        "finding_backlog_same": {
            "en": "{open} open now, {overdue} of them overdue; no change in the week to {day}",
            "ru": "Сейчас открыто {open}, из них просрочено {overdue}; за неделю по {day} без "
            "изменений",
        },
        "finding_backlog_up": {
            "en": "{open} open now, {overdue} of them overdue; {net} more in the week to {day}",
            "ru": "Сейчас открыто {open}, из них просрочено {overdue}; за неделю по {day} на {net} "
            "больше",
        },
        "finding_backlog_down": {
            "en": "{open} open now, {overdue} of them overdue; {net} fewer in the week to {day}",
            "ru": "Сейчас открыто {open}, из них просрочено {overdue}; за неделю по {day} на {net} "
            "меньше",
        },
        "finding_times": {
            "en": "Half are answered within {median}, nine in ten within {p90}",
            "ru": "На половину отвечают за {median}, на девять из десяти за {p90}",
        },
        "more_than": {"en": "more than {time}", "ru": "более чем {time}"},
        "finding_funnel": {
            "en": "Outside the 99.8% limits: {below} below and {above} above, of {units}",
            "ru": "За границами 99,8 %: ниже {below}, выше {above} из {units}",
        },
        "finding_share_trend": {
            "en": "Shares: {signals} of {all} weeks signal a change; without any change about "
            "{expected} would",
            "ru": "Доли: недель с признаками изменений {signals} из {all}; без изменений их было "
            "бы около {expected}",
        },
        "finding_trend": {
            "en": "Medians: {signals} of {all} weeks signal a change; without any change about "
            "{expected} would",
            "ru": "Медианы: недель с признаками изменений {signals} из {all}; без изменений их "
            "было бы около {expected}",
        },
        "finding_load": {
            "en": "Most deadlines in an hour: {count}, {since}\N{EN DASH}{until}",
            "ru": "Больше всего сроков за час: {count}, {since}\N{EN DASH}{until}",
        },
        # -- how to read the charts
        "weeks_reading": {
            "en": "Band: 95% interval; line: share in time. A wide band covers short weeks merged "
            "with the next week. Pale and dashed: unfinished weeks. Below: arrivals.",
            "ru": "Полоса - интервал 95 %, черта - доля в срок; широкая полоса - короткие недели, "
            "объединённые со следующей. Бледные с пунктиром - незавершённые недели. Внизу - "
            "сколько поступило.",
        },
        "curve_reading": {
            "en": "The line falls as appeals are answered; open ones count for as long as they "
            "have been waiting.",
            "ru": "Линия опускается по мере ответов; открытые обращения учтены за то время, "
            "которое они ждут.",
        },
        "funnel_reading": {
            "en": "Filled: outside the 99.8% limits. The limits come from {units} groups, whose "
            "spread is {ratio} times the binomial one.",
            "ru": "Закрашены группы за границами 99,8 %. Групп, по которым построены границы: "
            "{units}; отношение их разброса к биномиальному: {ratio}.",
        },
        "load_first": {"en": "Shown are the first {shown}.", "ru": "Показаны первые {shown}."},
        # -- tables
        "place_0": {"en": "inside", "ru": "внутри"},
        "place_1": {"en": "above 95%", "ru": "выше 95 %"},
        "place_2": {"en": "above 99.8%", "ru": "выше 99,8 %"},
        "place_-1": {"en": "below 95%", "ru": "ниже 95 %"},
        "place_-2": {"en": "below 99.8%", "ru": "ниже 99,8 %"},
        "late_first": {
            "en": "Shown are {shown} of {all}: open ones first, then the most overdue.",
            "ru": "Показано {shown} из {all}: сначала открытые, затем по величине просрочки.",
        },
        "late_other": {
            "en": "Of the late appeals, {count} {count:is|are} open and arrived outside the "
            "period.",
            "ru": "Из просроченных открыты и поступили не за этот период: {count}.",
        },
        "late_rest": {"en": "All that the report lists:", "ru": "Все перечисленные в отчёте:"},
        "late_print": {
            "en": "Printed are the first {shown}.",
            "ru": "В печатной версии - первые {shown}.",
        },
        "late_none": {"en": "No appeal is late.", "ru": "Просроченных обращений нет."},
        "no_answer": {"en": "open", "ru": "нет ответа"},
        "trace": {"en": "Day by day: {appeal}", "ru": "По дням: {appeal}"},
        "trace_due": {"en": "due", "ru": "срок"},
        "hour_day": {"en": "weekday and hour", "ru": "день и час"},
        "time": {"en": "working time, h", "ru": "рабочее время, ч"},
        "limits95": {"en": "95% limits", "ru": "границы 95 %"},
        "signal": {"en": "signal", "ru": "признак изменений"},
        "median_h": {"en": "median, h", "ru": "медиана, ч"},
        "together": {"en": "at one instant", "ru": "с одинаковым сроком"},
        "departures": {
            "en": "answered or withdrawn in the week",
            "ru": "отвечено или отозвано за неделю",
        },
        "net": {"en": "backlog grew by", "ru": "прирост остатка"},
        "waited": {"en": "waited at least as long", "ru": "ждали столько и дольше"},
        "share": {"en": "share in time, %", "ru": "доля в срок, %"},
        "limits": {"en": "limits", "ru": "границы"},
        "yes": {"en": "yes", "ru": "да"},
        "no": {"en": "no", "ru": "нет"},
        "only_hour_earlier": {
            "en": "Only those that would have been in time an hour earlier",
            "ru": "Только те, на которые ответили бы в срок, поступи они на час раньше",
        },
        "phases": {"en": "By phase", "ru": "По этапам"},
        "arrivals_in_week": {"en": "arrived in the week", "ru": "поступило за неделю"},
        "holder": {"en": "agency", "ru": "исполнитель"},
        "at_breach": {"en": "had it at the limit", "ru": "были у него, когда истёк срок"},
        "largest_share": {"en": "had it longest", "ru": "дольше всего были у него"},
        "first_holder": {"en": "had it first", "ru": "сначала поступили к нему"},
        "nobody": {"en": "(nobody)", "ru": "(не назначен)"},
        "left_out": {
            "en": "Late appeals whose holders are unknown: {count}.",
            "ru": "Просроченных, по которым исполнитель не установлен: {count}.",
        },
        "replied_to": {"en": "replied to", "ru": "с ответом"},
        "formal_first": {"en": "first reply formal", "ru": "первый ответ формальный"},
        "registration_delay": {
            "en": "median time to register",
            "ru": "медиана времени до регистрации",
        },
        "deletes": {"en": "deleted by officials", "ru": "удалено не автором"},
        "late_transfers": {"en": "passed on in the last hour", "ru": "передано в последний час"},
        "phase": {"en": "phase", "ru": "этап"},
        "by_holder": {"en": "By holder", "ru": "По исполнителям"},
        "by_phase": {"en": "By holder and phase", "ru": "По исполнителям и этапам"},
        "signs": {"en": "Signs by agency", "ru": "Признаки по ведомствам"},
        "appeals": {"en": "appeals", "ru": "обращений"},
        "reason": {"en": "reason", "ru": "причина"},
        "count": {"en": "count", "ru": "количество"},
        "rejected": {"en": "Left out, by reason", "ru": "Не учтено, по причинам"},
        "compared": {
            "en": "Appeals that arrived {after}, against those that arrived {before}.",
            "ru": "Поступившие {after} в сравнении с поступившими {before}.",
        },
        "class_change": {"en": "Contributions by class, points", "ru": "Вклад по классам, п. п."},
        "mix": {"en": "other arrivals", "ru": "состав обращений"},
        "performance": {"en": "the work itself", "ru": "сама работа"},
        "fingerprint": {"en": "fingerprint", "ru": "контрольная сумма"},
        "made_of": {"en": "Input data", "ru": "Исходные данные"},
        "data": {"en": "data", "ru": "данные"},
        "promise": {"en": "target", "ru": "норматив"},
        "version": {"en": "version", "ru": "версия"},
        "schedules": {
            "en": "hours (of the most appeals)",
            "ru": "график (по большинству обращений)",
        },
        "source": {"en": "source", "ru": "источник"},
        "trend_name": {"en": "control chart of medians", "ru": "контрольная карта медианы"},
        "withdrawals_name": {"en": "withdrawals", "ru": "отзывы"},
        "little_name": {"en": "Little's law", "ru": "закон Литтла"},
        "share_trend_name": {"en": "control chart of shares", "ru": "контрольная карта доли"},
        "due_later_name": {"en": "due on a later day", "ru": "срок на другой день"},
        "value": {"en": "value", "ru": "значение"},
        "at_least": {"en": "from {hours}", "ru": "от {hours}"},
        "what": {"en": "figure", "ru": "показатель"},
        "reading": {"en": "how to read it", "ru": "как понимать"},
    },
    typeset=True,
)

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
"""The papers that define each figure, keyed by the key of its sentence in ``text.report``."""
