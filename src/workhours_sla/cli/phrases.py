"""The Russian and English sentences of the command line."""

from __future__ import annotations

import os
from typing import Final

from workhours_sla import words

PHRASES: Final[dict[str, words.Words]] = {
    "error": {"en": "Error", "ru": "Ошибка"},
    "note": {"en": "Note", "ru": "Внимание"},
    "unknown_date": {
        "en": "calendar {calendar} does not know {date}: {why}",
        "ru": "календарь {calendar} не знает {date}: {why}",
    },
    "target": {"en": "Target", "ru": "Норматив"},
    "working_time": {"en": "{amount} of working time", "ru": "{amount} рабочего времени"},
    "clock_time": {"en": "{amount} around the clock", "ru": "{amount} круглосуточно"},
    "working_days": {"en": "{count} working day{s}", "ru": "{count} раб. дн."},
    "calendar_days": {"en": "{count} day{s}", "ru": "{count} дн."},
    "months": {"en": "{count} month{s}", "ru": "{count} мес."},
    "by_agency_id": {"en": "by agency", "ru": "по ведомству"},
    "by_district_id": {"en": "by district", "ru": "по району"},
    "by_channel": {"en": "by channel", "ru": "по каналу"},
    "start": {"en": "Start", "ru": "Начало"},
    "end": {"en": "End", "ru": "Конец"},
    "read_in_zone": {"en": "read in {tz}", "ru": "прочитано в поясе {tz}"},
    "due": {"en": "Due", "ru": "Ответить до"},
    "due_at_closing": {
        "en": "used up exactly at closing time",
        "ru": "норматив исчерпан ровно к концу рабочего времени",
    },
    "breach": {"en": "Breach", "ru": "Просрочка"},
    "after": {"en": "only after {when}", "ru": "только после {when}"},
    "limit_unknown": {
        "en": "not known: it lies past the last known date",
        "ru": "неизвестно: лежит за последней известной датой",
    },
    "remaining": {"en": "Remaining", "ru": "Осталось"},
    "overdue_by": {"en": "Overdue by", "ru": "Просрочено на"},
    "now": {"en": "now {when}", "ru": "сейчас {when}"},
    "elapsed": {"en": "Elapsed", "ru": "Прошло"},
    "within": {"en": "within {budget}: met", "ru": "в пределах {budget}: в срок"},
    "beyond": {
        "en": "beyond {budget} by {over}: breach",
        "ru": "больше {budget} на {over}: просрочка",
    },
    "latest_start": {"en": "Latest", "ru": "Не позже"},
    "latest_start_note": {
        "en": "an appeal that comes by then is due no later than {when}",
        "ru": "срок обращения, поступившего до этого времени, - не позже {when}",
    },
    "calendar": {"en": "Calendar", "ru": "Календарь"},
    "version": {"en": "{id}, version {version}", "ru": "{id}, версия {version}"},
    "provisional": {
        "en": "PROVISIONAL: rests on dates that no act has settled",
        "ru": "ПРЕДВАРИТЕЛЬНО: опирается на даты, не установленные актами",
    },
    "other_zones": {
        "en": "{region} keeps several times; {tz} is its capital's, give --tz for: {areas}",
        "ru": "{region}: несколько часовых поясов; взят {tz}, укажите --tz для: {areas}",
    },
    "unanswered": {"en": "{count} unanswered", "ru": "без ответа {count}"},
    "as_of": {"en": "As of {when}", "ru": "На {when}"},
    "posted": {"en": "posted {when}", "ru": "поступило {when}"},
    "started": {"en": "clock from {when}", "ru": "отсчёт с {when}"},
    "withdrawn": {"en": "withdrawn {when}", "ru": "отозвано {when}"},
    "to_review": {"en": "reply not judged", "ru": "ответ не оценён"},
    "held_by": {"en": "held by {holder}", "ru": "у исполнителя {holder}"},
    "unregistered": {"en": "not registered", "ru": "не зарегистрировано"},
    "unassigned": {"en": "not assigned", "ru": "не назначено"},
    "held_at_breach": {"en": "at the breach: {holder}", "ru": "при нарушении срока: {holder}"},
    "due_by": {"en": "due {when}", "ru": "срок {when}"},
    "answered": {"en": "answered {when}", "ru": "ответ {when}"},
    "late_by": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
    "left": {"en": "{amount} left", "ru": "осталось {amount}"},
    "and_more": {
        "en": "... and {count} more (--all lists them)",
        "ru": "... и ещё {count} (--all)",
    },
    "calendar_unknown": {
        "en": "Waiting for dates that the calendar does not know: {count}",
        "ru": "Ждут дат, которых календарь не знает: {count}",
    },
    "provisional_count": {
        "en": "PROVISIONAL, on dates that no act has settled: {count}",
        "ru": "ПРЕДВАРИТЕЛЬНО, по датам, не установленным актами: {count}",
    },
    "to_review_count": {
        "en": "With a reply that nobody has judged: {count}",
        "ru": "С ответом, который никто не оценил: {count}",
    },
    "load": {"en": "Due from {since} to {until}", "ru": "Сроки с {since} по {until}"},
    "at_once": {"en": "{count} of them at once", "ru": "из них одновременно {count}"},
    "all_at_once": {"en": "at once", "ru": "одновременно"},
    "after_days_off": {
        "en": "days off before: {count}",
        "ru": "перед этим нерабочих дней: {count}",
    },
    "no_deadlines": {"en": "none", "ru": "нет"},
    "load_overdue": {"en": "Overdue {count}", "ru": "Просрочено {count}"},
    "load_earlier": {"en": "due before that {count}", "ru": "срок раньше {count}"},
    "load_later": {"en": "later {count}", "ru": "позже {count}"},
    "load_paused": {"en": "paused {count}", "ru": "приостановлено {count}"},
    "load_unknown": {
        "en": "on dates that the calendar does not know {count}",
        "ru": "на даты, которых календарь не знает, {count}",
    },
    "rows": {
        "en": "Rows: read {read} = taken {mapped} + quarantined {faulty}",
        "ru": "Строки: прочитано {read} = принято {mapped} + в карантине {faulty}",
    },
    "events": {
        "en": "Events: {read} = applied {applied} + duplicate {duplicate} "
        "+ quarantined {quarantined}",
        "ru": "События: {read} = учтено {applied} + дубликатов {duplicate} "
        "+ в карантине {quarantined}",
    },
    "after_as_of": {"en": " + after that time {count}", "ru": " + позже этого времени {count}"},
    "came_late": {"en": " (late {count})", "ru": " (опоздавших {count})"},
    "line": {"en": "line {line}", "ru": "строка {line}"},
    "row": {"en": "row {line} of the store", "ru": "строка {line} хранилища"},
    "watched": {
        "en": "This run: events {read}, duplicate {duplicate}, late {late}; changes {changes}",
        "ru": "За этот запуск: событий {read}, дубликатов {duplicate}, опоздавших {late}; "
        "изменений {changes}",
    },
    "in_store": {"en": "In the store since it was made", "ru": "В хранилище с его создания"},
    "replaced_count": {"en": " + repaired {count}", "ru": " + исправлено {count}"},
    "dropped_count": {"en": " + dropped {count}", "ru": " + удалено по сроку {count}"},
    "rows_in_quarantine": {
        "en": "Rows in quarantine: {count}",
        "ru": "Строк в карантине: {count}",
    },
    "no_digests": {
        "en": "calendar {calendar} does not know {date}; there are no digests by it until it does",
        "ru": "календарь {calendar} не знает {date}; сводок по нему не будет, пока дата неизвестна",
    },
    "store_unheard": {
        "en": "Up to when the store has all events is not known",
        "ru": "До какого времени события в хранилище полны, неизвестно",
    },
    "store_behind": {
        "en": "The store has all events up to {when}; later ones may not be in yet",
        "ru": "События в хранилище полны до {when}; более поздние могли ещё не поступить",
    },
    "overdue_since": {
        "en": "Overdue only since then, with an answer perhaps not in yet: {count}",
        "ru": "Просрочено уже после этого, ответ мог ещё не поступить: {count}",
    },
    "dropped_events": {
        "en": "Appeals settled long ago were dropped, with {count} events",
        "ru": "Давно завершённые обращения удалены, событий: {count}",
    },
    "whole_since": {
        "en": "; all are there that were posted since {when}",
        "ru": "; поступившие с {when} сохранены все",
    },
    "other_policy": {
        "en": "The store was held to another policy ({held_to}) than the one given now ({given}), "
        "by which this answer goes",
        "ru": "Хранилище велось по другим нормативам ({held_to}); ответ дан по указанным сейчас "
        "({given})",
    },
    "file_gone": {
        "en": "the file that was read last is gone, and what came at its end may be missing; "
        "{name} was read from its beginning",
        "ru": "файла, который читался последним, больше нет: его конец мог быть не прочитан; "
        "{name} прочитан с начала",
    },
    "store_sound": {
        "en": "The store {store} is sound",
        "ru": "Хранилище {store} исправно",
    },
    "store_damaged": {
        "en": "The store {store} is damaged, faults: {count}; restore its last snapshot",
        "ru": "Хранилище {store} повреждено, ошибок: {count}; восстановите последний снимок",
    },
    "fault_table": {"en": "table {table}: ", "ru": "таблица {table}: "},
    "fault_row": {"en": "table {table}, row {row}: ", "ru": "таблица {table}, строка {row}: "},
    "fault_definition": {
        "en": "{table}: missing, or its definition is not the one it was made with",
        "ru": "{table}: нет в файле или изменено определение",
    },
    "fault_pages": {"en": "file: {detail}", "ru": "файл: {detail}"},
    "fault_checksum": {
        "en": "does not match its checksum",
        "ru": "не совпадает с контрольной суммой",
    },
    "fault_unreadable": {"en": "cannot be read ({detail})", "ru": "не читается ({detail})"},
    "fault_other_id": {
        "en": "its event has another id, {detail}",
        "ru": "у события другой номер, {detail}",
    },
    "fault_no_appeal": {
        "en": "its appeal {detail} has no row in table appeal",
        "ru": "обращения {detail} нет в таблице appeal",
    },
    "fault_number": {
        "en": "its number is past the last one, {detail}",
        "ru": "номер больше последнего, {detail}",
    },
    "fault_counts": {
        "en": "events read and accounted for differ: {detail}",
        "ru": "прочитано и учтено разное число событий: {detail}",
    },
    "taken_back": {"en": "taken back: {what}", "ru": "отменено: {what}"},
}


def say(key: str, lang: str, **facts: object) -> str:
    """Return a sentence in ``lang`` with its facts filled in."""
    return words.pick(PHRASES[key], lang).format(**facts)


def language(option: str | None) -> str:
    """Return the language to speak: the option, else the environment's, else English."""
    if option:
        return option
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"
