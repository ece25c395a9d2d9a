"""The sentences about amounts of time, schedules, calendars, zones and targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

SCHEDULES: Final[Mapping[str, Words]] = {
    # -- amounts of time and budgets
    "no_amount": {
        "en": (
            "{text} is not an amount of working time; write it like 4h, 90m, 4h30m, 4:30 or PT4H30M"
        ),
        "ru": (
            "{text} - не количество рабочего времени; напишите, например, 4h, 90m, 4h30m, 4:30 или "
            "PT4H30M"
        ),
    },
    "amount_too_much": {
        "en": (
            "{text} is more time than any calendar covers; write it like 4h, 90m, 4h30m, 4:30 or "
            "PT4H30M"
        ),
        "ru": (
            "{text} - это больше, чем охватывает любой календарь; напишите, например, 4h, 90m, "
            "4h30m, 4:30 или PT4H30M"
        ),
    },
    "hours_too_much": {
        "en": "{hours} hours are more time than any calendar covers; give less",
        "ru": "{hours} ч - это больше, чем охватывает любой календарь; укажите меньше",
    },
    "budget_negative": {
        "en": "budget {budget} is negative; use latest_start to count backwards",
        "ru": "норматив {budget} отрицательный; для обратного отсчёта используйте latest-start",
    },
    "budget_too_much": {
        "en": "budget {budget} is more time than any calendar covers; give less",
        "ru": "норматив {budget} больше, чем охватывает любой календарь; укажите меньше",
    },
    "no_budget": {
        "en": (
            "{text} is not a budget; write it like 4h (working time), 7 working days, 30 days (of "
            "the calendar), 1 month or 9h clock (around the clock)"
        ),
        "ru": (
            "{text} - не норматив; напишите, например, 4h (рабочее время), 7 working days "
            "(рабочие дни), 30 days (календарные дни), 1 month (месяц) или 9h clock (круглосуточно)"
        ),
    },
    "no_day_length": {
        "en": (
            "the schedule has no weekly hours, so a working day has no length; give weekly hours, "
            "or write the budget like 16h"
        ),
        "ru": (
            "в расписании нет графика по дням недели, поэтому длина рабочего дня неизвестна; "
            "задайте график или напишите, например, 16h"
        ),
    },
    "no_roll": {
        "en": (
            "{text} may end on a day off; give roll: following or preceding moves it to the next "
            "or the last working day, none leaves it"
        ),
        "ru": (
            "срок {text} может закончиться в выходной; укажите roll: following переносит его на "
            "следующий рабочий день, preceding - на предыдущий, none не переносит"
        ),
    },
    "no_count": {
        "en": "{count} {of} is not a budget; give a whole number from at least 1 to {most}",
        "ru": "{count} {of} - не норматив; укажите целое число от 1 до {most}",
    },
    "none_of": {
        "en": "{value} is not one of {choices}",
        "ru": "недопустимое значение {value}; выберите из списка: {choices}",
    },
    # -- schedules, calendars and zones
    "schedule_empty": {
        "en": "the schedule has no working time at all; give hours on some weekday",
        "ru": "в графике нет рабочего времени; укажите часы хотя бы для одного дня недели",
    },
    "holidays_without_calendar": {
        "en": "the hours {text} say PH off, and no calendar says which days are; give a calendar",
        "ru": "в графике {text} есть PH off, а календаря с праздниками нет; укажите календарь",
    },
    "hours_on_days_off": {
        "en": (
            "the hours open on {names}, which calendar {calendar} counts as weekly days off: "
            "{longer}leave these days out"
        ),
        "ru": (
            "в графике есть часы на дни ({days}), которые в календаре {calendar} выходные: "
            "{longer}уберите эти дни"
        ),
    },
    "longer_week": {
        "en": (
            "take its {length}-day week (.with_week({length}), --week {length} or week = "
            "{length}), or "
        ),
        "ru": "укажите {length}-дневную рабочую неделю (--week {length} или week = {length}) либо ",
    },
    "weekday_Mo": {
        "en": "Mo",
        "ru": "понедельник",
    },
    "weekday_Tu": {
        "en": "Tu",
        "ru": "вторник",
    },
    "weekday_We": {
        "en": "We",
        "ru": "среда",
    },
    "weekday_Th": {
        "en": "Th",
        "ru": "четверг",
    },
    "weekday_Fr": {
        "en": "Fr",
        "ru": "пятница",
    },
    "weekday_Sa": {
        "en": "Sa",
        "ru": "суббота",
    },
    "weekday_Su": {
        "en": "Su",
        "ru": "воскресенье",
    },
    "calendar_without_zone": {
        "en": (
            "calendar {calendar} has no zone; give tz='Europe/Moscow' (--tz Europe/Moscow) or "
            "another IANA zone"
        ),
        "ru": (
            "у календаря {calendar} нет часового пояса; укажите его: --tz Europe/Moscow, или tz = "
            '"Europe/Moscow" в конфигурации, или другой пояс IANA'
        ),
    },
    "calendar_of_several_zones": {
        "en": "calendar {calendar} has no zone; give one of its country's as tz (--tz): {zones}",
        "ru": (
            "у календаря {calendar} нет часового пояса; укажите один из поясов страны (--tz или tz "
            "в конфигурации): {zones}"
        ),
    },
    "no_zone": {
        "en": "no time zone {name}; use an IANA name such as 'Europe/Volgograd'",
        "ru": "нет часового пояса {name}; укажите название IANA, например 'Europe/Volgograd'",
    },
    "no_calendar": {
        "en": "no calendar {id}; {instead}",
        "ru": "нет календаря {id}; {instead}",
    },
    "use_calendar": {
        "en": (
            "use RU, a Russian region such as RU-VGG, or a country or subdivision such as DE or "
            "DE-BY (workhours calendars lists all ids; for a calendar without weekends and "
            "holidays Calendar.plain(), or the option --calendar none)"
        ),
        "ru": (
            "укажите RU, регион России, например RU-VGG, либо страну или её часть, например DE "
            "или DE-BY (все коды: workhours calendars; календарь без выходных и праздников: "
            "--calendar none)"
        ),
    },
    "no_region": {
        "en": "no Russian region {id}; {instead}",
        "ru": "нет региона России {id}; {instead}",
    },
    "region_named": {
        "en": "{id} ({en})",
        "ru": "{id} ({ru})",
    },
    "use_id_such_as": {
        "en": "use an id such as {near}",
        "ru": "укажите регион, например {near}",
    },
    "no_week": {
        "en": "a week of {days} working days is not known; use 5, 6 or 7",
        "ru": "рабочей недели из {days} дней нет; укажите 5, 6 или 7",
    },
    "no_workdays_here": {
        "en": (
            "the weekly days off of this calendar cannot become working days; use with_week for "
            "Russia, or another weekend where the calendar is read"
        ),
        "ru": (
            "выходные этого календаря нельзя сделать рабочими днями; для России используйте "
            "with_week, для прочитанного календаря задайте другие выходные"
        ),
    },
    "no_week_here": {
        "en": "this calendar has no week of {days} days; give hours on the weekdays worked",
        "ru": (
            "в этом календаре нет {days}-дневной рабочей недели; укажите часы для рабочих дней "
            "недели"
        ),
    },
    "wrong_confirms": {
        "en": (
            "acts cannot confirm {first} to {last}: the last date must not be before the first, "
            "and both must be between {earliest} and {latest}; correct these dates"
        ),
        "ru": (
            "акты не могут подтверждать даты с {first} по {last}: последняя дата не должна быть "
            "раньше первой, и обе должны быть с {earliest} по {latest}; исправьте их"
        ),
    },
    "not_off": {
        "en": "{date} is not a day off that could be worked instead; correct the row's dates",
        "ru": "{date} - не выходной, который можно сделать рабочим; исправьте даты",
    },
    "already_off": {
        "en": "{date} is already off ({en}); move the day off to a working day",
        "ru": "{date} - уже нерабочий день ({ru}); перенесите выходной на рабочий день",
    },
    "row_without_act": {
        "en": "the row of {date} names no act; give the act that decides the date",
        "ru": "для даты {date} не указан акт; укажите акт, который её устанавливает",
    },
    "two_kinds": {
        "en": "{date} is both {first} and {second} in the layer {layer}; remove one row",
        "ru": (
            "для даты {date} есть две противоречащие записи в слое {layer}: {first} и {second}; "
            "уберите одну из них"
        ),
    },
    "entry": {
        "en": "{kind} ({en})",
        "ru": "{ru}",
    },
    # -- targets and rules
    "target_zero": {
        "en": "target {target} has a budget of 0, which no answer can meet; give more than 0",
        "ru": "норматив {target} равен 0, его нельзя выполнить; укажите больше 0",
    },
    "target_choice": {
        "en": "{option} {value} of target {target} is not one of {choices}",
        "ru": (
            "у норматива {target} недопустимое значение {option} - {value}; выберите из списка: "
            "{choices}"
        ),
    },
    "target_warn": {
        "en": "target {target} has a negative warn, {warn}; give an amount of at least 0",
        "ru": "у норматива {target} отрицательное warn, {warn}; укажите не меньше 0",
    },
    "target_percent": {
        "en": "target {target} warns at {percent} %; give a whole number from 1 to 99",
        "ru": "у норматива {target} warn_percent равно {percent}; укажите целое число от 1 до 99",
    },
    "target_cap_unused": {
        "en": "target {target} has a pause_cap but no pauses; give pauses=True, or no pause_cap",
        "ru": (
            "у норматива {target} указано pause_cap, но нет приостановок; укажите pauses = true "
            "или уберите pause_cap"
        ),
    },
    "target_cap_zero": {
        "en": "target {target} has a pause_cap of 0; give more than 0, or pauses=False",
        "ru": "у норматива {target} pause_cap равно 0; укажите больше 0 или pauses = false",
    },
    "target_resume": {
        "en": (
            "target {target} has on_transfer='resume' and the budget {budget}; only a budget of "
            "working time can resume, such as working_hours(4)"
        ),
        "ru": (
            "у норматива {target} указано on_transfer = 'resume' при сроке не в рабочем времени; "
            "укажите срок в рабочем времени, например 4h, или другое on_transfer"
        ),
    },
    "rule_names": {
        "en": "rule {rule} needs targets of different names, got {names}",
        "ru": (
            "в правиле {rule} нормативы должны называться по-разному, а указаны {names}; исправьте "
            "список"
        ),
    },
    # -- calendars of libraries
    "russia_built_in": {
        "en": "Russia is built in, from the acts themselves; use Calendar.get({id})",
        "ru": "календарь России встроен и составлен по самим актам; укажите {bare}",
    },
    "library_without": {
        "en": "{library} has no calendar {id}; {instead}",
        "ru": "в библиотеке {library} нет календаря {id}; {instead}",
    },
    "no_category": {
        "en": "holidays has no category {category} for {id}; use one of {known}",
        "ru": (
            "в библиотеке holidays нет категории {category} для {id}; выберите из списка: {known}"
        ),
    },
    "no_days_off": {
        "en": "the categories have no days off; add one of {known}, such as public",
        "ru": "в этих категориях нет нерабочих дней; добавьте одну из {known}, например public",
    },
    "library_lacks": {
        "en": "workalendar does not have {missing}; use Calendar.get({id})",
        "ru": "в библиотеке workalendar нет {missing}; укажите {bare}",
    },
    "transfers_of_russia": {
        "en": "Russia's transfers, working Saturdays and shortened days",
        "ru": "переносов, рабочих суббот и сокращённых дней России",
    },
    "moved_working_days": {
        "en": "the working days that {id} has moved by decree",
        "ru": "рабочих дней, перенесённых в {id} решением властей",
    },
    "ids_of_iso": {
        "en": "ids are ISO 3166, such as DE or DE-BY",
        "ru": "укажите код ISO 3166, например DE или DE-BY",
    },
    "library_without_years": {
        "en": "workalendar has no days of {id} from {first} to {last}; use other years",
        "ru": (
            "в библиотеке workalendar нет дней календаря {id} с {first} по {last} год; укажите "
            "другие годы"
        ),
    },
    "years_without": {
        "en": (
            "{library} has no days of {id} from {first} to {last}; use years within {from_year} to "
            "{to_year}"
        ),
        "ru": (
            "в библиотеке {library} нет дней календаря {id} с {first} по {last} год; укажите годы "
            "с {from_year} по {to_year}"
        ),
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
