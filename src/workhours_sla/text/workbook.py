"""Texts of a report's workbook in Russian and English: sheets, headings, charts and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.report import heading
from workhours_sla.text.texts import Texts
from workhours_sla.text.words import Words

_TEXTS: Final[Mapping[str, Words]] = {
    # -- names of sheets
    "sheet_summary": {"en": "Summary", "ru": "Сводка"},
    "sheet_agency": {"en": "By agency", "ru": "По ведомствам"},
    "sheet_district": {"en": "By district", "ru": "По районам"},
    "sheet_channel": {"en": "By channel", "ru": "По каналам"},
    "sheet_topic": {"en": "By topic", "ru": "По темам"},
    "sheet_week": {"en": "By week", "ru": "По неделям"},
    "sheet_weekday": {"en": "By weekday", "ru": "По дням недели"},
    "sheet_hour": {"en": "By hour", "ru": "По часам"},
    "sheet_arrival_class": {"en": "By time of arrival", "ru": "По времени поступления"},
    "sheet_due_class": {"en": "By due day", "ru": "По дням срока"},
    "sheet_other": {"en": "By {by}", "ru": "Разрез {by}"},
    "sheet_late": {"en": "Late", "ru": "Просрочки"},
    "sheet_calendar": {"en": "Calendar", "ru": "Календарь"},
    "sheet_method": {"en": "Method", "ru": "Методика"},
    # -- headings of columns
    "matured_met": {"en": "of them in time", "ru": "из них в срок"},
    "rate": {"en": "share in time", "ru": "доля в срок"},
    "few": {"en": "few appeals", "ru": "мало обращений"},
    "lower": {"en": "95% from", "ru": "95 % ДИ от"},
    "upper": {"en": "95% to", "ru": "95 % ДИ до"},
    "standardised_lower": {"en": "equal mix, 95% from", "ru": "при равном составе от"},
    "standardised_upper": {"en": "equal mix, 95% to", "ru": "при равном составе до"},
    "median": {"en": "median, working time", "ru": "медиана, рабочее время"},
    "p90": {"en": "p90, working time", "ru": "p90, рабочее время"},
    "early": {"en": "answered early", "ru": "отвечено досрочно"},
    "overdue": {"en": "open and overdue", "ru": "открыто и просрочено"},
    "open_of_period": {"en": "of the period: open", "ru": "за период: открыто"},
    "overdue_of_period": {
        "en": "of the period: open and overdue",
        "ru": "за период: открыто и просрочено",
    },
    "open_now": {"en": "open now, all appeals", "ru": "открыто сейчас, все обращения"},
    "overdue_now": {"en": "of them overdue", "ru": "из них просрочено"},
    "not_reached": {"en": "not reached yet", "ru": "ещё не достигнуто"},
    "closed_only": {"en": "share of the answered", "ru": "доля по отвеченным"},
    "goal": {"en": "target rate", "ru": "целевая доля"},
    "control_lower": {"en": "control limit, lower", "ru": "контрольная граница, нижняя"},
    "control_upper": {"en": "control limit, upper", "ru": "контрольная граница, верхняя"},
    "signal": {"en": "signal", "ru": "сигнал"},
    "special": {"en": "special day", "ru": "особый день"},
    "period": {"en": "period of arrival", "ru": "период поступления"},
    "share_of_period": {"en": "share in time {period}", "ru": "доля в срок {period}"},
    "difference": {"en": "difference, points", "ru": "изменение, п. п."},
    "by_mix": {
        "en": "of it from another mix of arrivals",
        "ru": "из него за счёт состава обращений",
    },
    "by_performance": {"en": "of it from performance", "ru": "из него за счёт самой работы"},
    # -- values
    "below": {"en": "fewer than {count}", "ru": "менее {count}"},
    "longer": {"en": "{name} > {amount}", "ru": "{name} > {amount}"},
    "improvement": {"en": "improvement", "ru": "улучшение"},
    "concern": {"en": "concern", "ru": "ухудшение"},
    "yes": {"en": "yes", "ru": "да"},
    "no": {"en": "no", "ru": "нет"},
    # -- charts
    "chart_weeks": {
        "en": "Share in time by final week of arrival: below {target}% in {below} of {weeks}",
        "ru": "Доля в срок по завершённым неделям поступления: ниже {target} % в {below} из "
        "{weeks}",
    },
    "chart_groups": {
        "en": "Share in time ({by}): target not met by {failed} of {groups}",
        "ru": "Доля в срок ({by}): цель не достигнута у {failed} из {groups}",
    },
    "chart_largest": {
        "en": "{title}; shown: the {count} with the most appeals",
        "ru": "{title}; показаны {count} с наибольшим числом обращений",
    },
    # -- the method sheet
    "reading": {"en": "How to read the figures", "ru": "Как читать показатели"},
    "sheets": {"en": "About the sheets", "ru": "О листах книги"},
    "checks": {"en": "Checks for analysts", "ru": "Проверки для аналитика"},
    "data": {"en": "Data and calendar", "ru": "Данные и календарь"},
    "sources": {"en": "Where the figures come from", "ru": "Происхождение показателей"},
    "name_library": {"en": "program", "ru": "программа"},
    "name_policy": {"en": "target and hours", "ru": "норматив и график"},
    "name_input": {"en": "data, sha256", "ru": "данные, sha256"},
    "name_calendar": {"en": "calendar {id}", "ru": "календарь {id}"},
    "few_explained": {
        "en": (
            "If the limit of fewer than {counts_only} appeals has passed, the share, its interval "
            "and the times are left empty; look at the counts. Below {flagged} the share is given, "
            "but not the times and not the share at an equal mix."
        ),
        "ru": (
            "Если срок наступил менее чем у {counts_only} обращений, доля, её интервал и время "
            "ответа не приводятся - смотрите на количества. Если менее чем у {flagged}, доля "
            "приводится, а время ответа и доля при равном составе - нет."
        ),
    },
    "p90_explained": {
        "en": "Nine in ten were answered within p90 of working time, open appeals included.",
        "ru": "За время p90 ответ получили девять обращений из десяти, с учётом ещё открытых.",
    },
    "not_reached_explained": {
        "en": (
            "The median or the p90 that so few appeals have reached that it is not known yet; it "
            "is longer than the amount in this column."
        ),
        "ru": (
            "Медиана или p90, которые пока не известны: столько ответов ещё нет. Значение больше "
            "указанного в этом столбце."
        ),
    },
    "early_explained": {
        "en": (
            "Answered before the limit, which has not passed yet. They are not in the share: the "
            "appeals of the same days that have no answer yet are not in it either."
        ),
        "ru": (
            "Ответ дан, но срок ещё не истёк. В долю они не входят: обращения тех же дней, на "
            "которые пока не ответили, в неё тоже не входят."
        ),
    },
    "weeks_explained": {
        "en": (
            "The sheet by week also has the weeks before the period. Weeks with too little working "
            "time are merged with the next one."
        ),
        "ru": (
            "На листе по неделям есть и недели до начала отчётного периода. Недели, в которых "
            "слишком мало рабочего времени, объединены со следующей."
        ),
    },
    "print_explained": {
        "en": (
            "The columns up to \u201c{last}\u201d are printed; those to the right are for work on "
            "the screen."
        ),
        "ru": (
            "На печать выводятся столбцы до «{last}» включительно; столбцы правее - для работы на "
            "экране."
        ),
    },
    "calendar_explained": {
        "en": (
            "The calendar sheet is filtered to holidays, short days and other special days; clear "
            "the filter to see every date."
        ),
        "ru": (
            "На листе «Календарь» включён фильтр: показаны праздничные, сокращённые и другие "
            "особые дни. Чтобы увидеть все даты, снимите фильтр."
        ),
    },
    "late_explained": {
        "en": (
            "The sheet of late appeals has {shown}: open ones first, those of other periods "
            "included, then the most overdue. Late among the arrivals of the period: {late}."
        ),
        "ru": (
            "Обращений на листе просрочек: {shown}. Сначала идут открытые, в том числе "
            "поступившие не за этот период, затем остальные по величине просрочки. Всего "
            "просрочено из поступивших за период: {late}."
        ),
    },
    "cut": {
        "en": "{count} more rows do not fit on a sheet; all of them are in the CSV files.",
        "ru": "Ещё {count} строк не помещаются на лист; все они есть в файлах CSV.",
    },
}
WORKBOOK: Final = Texts(_TEXTS)


def title_of(column: str, lang: str) -> str:
    """Return the heading of a column of a workbook.

    >>> title_of("rate", "en"), title_of("arrived", "en")
    ('share in time', 'arrived')
    """
    return WORKBOOK.text(lang, column) if column in WORKBOOK else heading(column, lang)
