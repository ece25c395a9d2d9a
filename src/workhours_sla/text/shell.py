"""The texts of the command line in Russian and English, and the messages of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.errors import CalendarCoverageError, WorkHoursError
from workhours_sla.text import messages, words
from workhours_sla.text.shell_errors import SHELL_ERRORS
from workhours_sla.text.texts import Texts

SHELL: Final = Texts(
    {
        "error": {"en": "Error", "ru": "Ошибка"},
        "note": {"en": "Note", "ru": "Внимание"},
        # -- one answer: due, elapsed, latest-start, explain
        "target": {"en": "Target", "ru": "Норматив"},
        "start": {"en": "Start", "ru": "Начало"},
        "end": {"en": "End", "ru": "Конец"},
        "assumed_zone": {"en": "read in {tz}", "ru": "принят часовой пояс {tz}"},
        "due": {"en": "Due", "ru": "Ответить до"},
        "due_at_closing": {
            "en": "used up exactly at closing time",
            "ru": "норматив исчерпан ровно к концу рабочего времени",
        },
        "breach": {"en": "Breach", "ru": "Просрочка"},
        "after": {"en": "only after {when}", "ru": "только после {when}"},
        "counting": {"en": "Counting", "ru": "Подсчёт"},
        "from_next_day": {"en": "from the next day", "ru": "со следующего дня"},
        "from_same_day": {"en": "from the day of the start", "ru": "с дня начала"},
        "roll_following": {
            "en": "an end on a day off moves to the next working day",
            "ru": "окончание в нерабочий день переносится на следующий рабочий",
        },
        "roll_preceding": {
            "en": "an end on a day off moves to the last working day before it",
            "ru": "окончание в нерабочий день переносится на предыдущий рабочий",
        },
        "roll_none": {
            "en": "an end on a day off stays there",
            "ru": "окончание в нерабочий день не переносится",
        },
        "limit_unknown": {
            "en": "unknown: it depends on dates that the calendar does not know",
            "ru": "не определена: зависит от дат, которых нет в календаре",
        },
        "remaining": {"en": "Remaining", "ru": "Осталось"},
        "overdue_by": {"en": "Overdue by", "ru": "Просрочено на"},
        "now": {"en": "now {when}", "ru": "сейчас {when}"},
        "elapsed": {"en": "Elapsed", "ru": "Прошло"},
        "within": {"en": "within {budget}: met", "ru": "не больше {budget}: в срок"},
        "beyond": {
            "en": "beyond {budget} by {over}: breach",
            "ru": "больше {budget} на {over}: просрочка",
        },
        "until_limit": {"en": "not after {limit}: met", "ru": "не позже {limit}: в срок"},
        "after_limit": {"en": "after {limit}: breach", "ru": "позже {limit}: просрочка"},
        "met": {"en": "met", "ru": "в срок"},
        "breached": {"en": "breach", "ru": "просрочка"},
        "before": {"en": "before {when}", "ru": "раньше {when}"},
        "latest_start": {"en": "Latest", "ru": "Не позже"},
        "latest_start_note": {
            "en": "an appeal that arrives by then is due no later than {when}",
            "ru": "на обращение, поступившее к этому времени, нужно ответить до {when}",
        },
        "calendar": {"en": "Calendar", "ru": "Календарь"},
        "version": {"en": "{id}, version {version}", "ru": "{id}, версия {version}"},
        "provisional": {
            "en": "PROVISIONAL: based on dates that no act has decided",
            "ru": "ПРЕДВАРИТЕЛЬНО: рассчитано по датам, которые не установлены актами",
        },
        "other_zones": {
            "en": "{region} has several time zones; this is {tz}, that of its capital. Give --tz "
            "for: {areas}",
            "ru": "{region}: несколько часовых поясов, принят {tz}. Укажите --tz для других: "
            "{areas}",
        },
        "calendar_ends": {
            "en": "{count:calendar|calendars} {calendars} {count:ends|end} on {date}, and due "
            "times after that are unknown; install a newer version, or add the next act with "
            "--calendar-file",
            "ru": "{count:календарь|календари|календари} {calendars} "
            "{count:заканчивается|заканчиваются|заканчиваются} {date}, сроки после этой даты "
            "неизвестны; установите новую версию или добавьте новый акт: --calendar-file",
        },
        # -- days
        "dates": {"en": "Dates", "ru": "Даты"},
        "both_included": {
            "en": "{first} to {last}, both included",
            "ru": "с {first} по {last} включительно",
        },
        "working_days": {"en": "Working days", "ru": "Рабочих дней"},
        "days_short": {"en": "of them short", "ru": "сокращённых"},
        "all_days": {"en": "All days", "ru": "Всего дней"},
        "working_time": {"en": "Working time", "ru": "Рабочее время"},
        # -- check
        "as_of": {"en": "As of {when}", "ru": "По состоянию на {when}"},
        "by_agency_id": {"en": "by agency", "ru": "по ведомству"},
        "by_district_id": {"en": "by district", "ru": "по району"},
        "by_channel": {"en": "by channel", "ru": "по каналу"},
        "unanswered": {"en": "{count} unanswered", "ru": "без ответа {count}"},
        "posted": {"en": "posted {when}", "ru": "поступило {when}"},
        "started": {"en": "clock from {when}", "ru": "отсчёт с {when}"},
        "due_by": {"en": "due {when}", "ru": "срок {when}"},
        "late_after": {"en": "late after {when}", "ru": "просрочка после {when}"},
        "due_between": {
            "en": "due between {since} and {until}",
            "ru": "срок между {since} и {until}",
        },
        "due_not_before": {"en": "due not before {when}", "ru": "срок не раньше {when}"},
        "answered": {"en": "answered {when}", "ru": "ответ {when}"},
        "withdrawn": {"en": "withdrawn {when}", "ru": "отозвано {when}"},
        "late_by": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
        "left": {"en": "{amount} left", "ru": "осталось {amount}"},
        "to_review": {"en": "reply not reviewed", "ru": "ответ не оценён"},
        "assigned_to": {"en": "assigned to {holder}", "ru": "исполнитель: {holder}"},
        "unregistered": {"en": "not registered", "ru": "не зарегистрировано"},
        "unassigned": {"en": "not assigned", "ru": "исполнитель не назначен"},
        "holder_at_breach": {
            "en": "at the breach: {holder}",
            "ru": "когда истёк срок: {holder}",
        },
        "and_more": {
            "en": "... and {count} more (--all lists them)",
            "ru": "... и ещё {count} (все - с --all)",
        },
        # -- forecast
        "forecast": {"en": "Due from {since} to {until}", "ru": "Сроки с {since} по {until}"},
        "at_once": {"en": "{count} of them at once", "ru": "из них с одинаковым сроком {count}"},
        "all_at_once": {"en": "at once", "ru": "в одно время"},
        "after_days_off": {
            "en": "days off before: {count}",
            "ru": "перед этим нерабочих дней: {count}",
        },
        "no_deadlines": {"en": "none", "ru": "нет"},
        "forecast_overdue": {"en": "Overdue {count}", "ru": "Просрочено {count}"},
        "forecast_earlier": {"en": "due before that {count}", "ru": "срок раньше {count}"},
        "forecast_later": {"en": "later {count}", "ru": "позже {count}"},
        "forecast_paused": {"en": "paused {count}", "ru": "приостановлено {count}"},
        "forecast_unknown": {
            "en": "due time unknown, no calendar {count}",
            "ru": "срок не определён, нет календаря {count}",
        },
        # -- where every row and event went
        "rows": {
            "en": "Rows: read {read} = taken {mapped} + quarantined {faulty}",
            "ru": "Строки: прочитано {read} = принято {mapped} + в карантине {faulty}",
        },
        "ignored_rows": {"en": " + ignored {count}", "ru": " + пропущено {count}"},
        "inverted_rows": {
            "en": " (answered before posted, within the tolerance: {count})",
            "ru": " (ответ раньше обращения, но в пределах допуска: {count})",
        },
        "events": {
            "en": "Events: {read} = applied {applied} + duplicate {duplicate} "
            "+ quarantined {quarantined}",
            "ru": "События: {read} = учтено {applied} + дубликатов {duplicate} "
            "+ в карантине {quarantined}",
        },
        "after_as_of": {"en": " + after that time {count}", "ru": " + позже этого времени {count}"},
        "replaced_count": {"en": " + repaired {count}", "ru": " + исправлено {count}"},
        "dropped_count": {
            "en": " + dropped {count}",
            "ru": " + удалено по сроку хранения {count}",
        },
        "came_late": {"en": " (late {count})", "ru": " (опоздавших {count})"},
        "no_period": {
            "en": "--until is not after --since; give the later of the two to --until",
            "ru": "--until не позже --since; укажите в --until более позднее время",
        },
        "compare_needs_since": {
            "en": "--compare-with {with_} needs the begin of the period; add --since",
            "ru": "для --compare-with {with_} нужно начало периода; добавьте --since",
        },
        "pauses_not_counted": {
            "en": "pauses in the file: {count}; they do not stop the clock, since no target has "
            "pauses = true",
            "ru": "приостановок в данных: {count}; срок они не останавливают: ни у одного "
            "норматива нет pauses = true",
        },
        "line": {"en": "line {line}", "ru": "строка {line}"},
        "row": {"en": "row {line}", "ru": "строка {line}"},
        "record": {"en": "record {line}", "ru": "запись {line}"},
        "row_of_store": {"en": "row {line} of the store", "ru": "строка {line} хранилища"},
        "rows_in_quarantine": {
            "en": "Rows in quarantine: {count}",
            "ru": "Строк в карантине: {count}",
        },
        "run_events": {
            "en": "This run: events {read}, duplicate {duplicate}, late {late}; changes {changes}",
            "ru": "За этот запуск: событий {read}, дубликатов {duplicate}, опоздавших {late}; "
            "изменений {changes}",
        },
        "in_store": {
            "en": "In the store since it was created",
            "ru": "В хранилище с момента создания",
        },
        # -- answers from a store
        "no_watermark": {
            "en": "It is unknown up to when the store has all events",
            "ru": "Неизвестно, за какое время в хранилище есть все события",
        },
        "behind": {
            "en": "The store has all events up to {when}; later ones may be missing",
            "ru": "В хранилище есть все события до {when}; более поздние могли ещё не поступить",
        },
        "overdue_since": {
            "en": "Overdue only since then, possibly with an answer that is missing: {count}",
            "ru": "Просрочено уже после этого, ответ мог ещё не поступить: {count}",
        },
        "dropped_events": {
            "en": "Appeals that ended long ago were dropped, with {count} {count:event|events}",
            "ru": "Давно завершённые обращения удалены по сроку хранения, вместе с ними "
            "{count} {count:событие|события|событий}",
        },
        "complete_since": {
            "en": "; all appeals posted since {when} are still there",
            "ru": "; поступившие с {when} сохранены все",
        },
        "other_policy": {
            "en": "The store was written under another policy ({stored}); this answer uses the one "
            "given now ({given})",
            "ru": "Хранилище велось по другим нормативам ({stored}); ответ дан по указанным сейчас "
            "({given})",
        },
        # -- watch
        "due_unknown": {
            "en": "due time unknown: no calendar",
            "ru": "срок не определён: нет календаря",
        },
        "retracted": {"en": "retracted: {what}", "ru": "отменено: {what}"},
        "no_digests": {
            "en": "calendar {calendar} does not know {date}; digests by this calendar resume when "
            "the date is known",
            "ru": "в календаре {calendar} не определён день {date}; до этого сводки по нему не "
            "составляются",
        },
        "digests_lost": {
            "en": "{name!r} was removed, shortened or changed since digests were last written to "
            "it; the store does not keep those that were sent, so only new ones follow",
            "ru": "файл {name!r} удалён, укорочен или изменён с тех пор, как в него записывались "
            "сводки; прежние сводки в хранилище не сохраняются, записываются только новые",
        },
        "file_gone": {
            "en": "the file that was last read as {name} is gone or was cut short, and lines at "
            "its end may not have been read; the files that are left are read",
            "ru": "файл, который читался последним как {name}, удалён или обрезан: строки в его "
            "конце могли остаться непрочитанными; читаются оставшиеся файлы",
        },
        "file_missing": {
            "en": "rotated files are missing, and their lines were not read: {name}",
            "ru": "не хватает файлов ротации, их строки не прочитаны: {name}",
        },
        "file_compressed": {
            "en": "{name} is compressed and may have lines that were not read; unpack it into "
            "workhours watch - with the same --store",
            "ru": "{name} сжат, в нём могут быть непрочитанные строки; распакуйте его на вход "
            "команды workhours watch - с тем же --store",
        },
        "file_cut": {
            "en": "{name} was cut short or rewritten in place, and lines written just before that "
            "may be lost; rotate it by renaming (logrotate: create, not copytruncate)",
            "ru": "{name} обрезан или перезаписан на месте: строки, записанные перед самой "
            "обрезкой, могли быть потеряны; ротируйте его переименованием (logrotate: create, не "
            "copytruncate)",
        },
        "source_waiting": {
            "en": "there is no file {name}; waiting for it",
            "ru": "файла {name} нет; ожидаем его появления",
        },
        "source_missing": {
            "en": "there is still no file {name}; check the path",
            "ru": "файла {name} так и нет; проверьте путь",
        },
        "sink_failing": {
            "en": "{name} fails and is tried again: {error}",
            "ru": "ошибка записи в {name}, запись будет повторена: {error}",
        },
        "sink_undelivered": {
            "en": "{name} does not have every change: {error}",
            "ru": "в {name} записаны не все изменения: {error}",
        },
        "mail_refused": {
            "en": "{name} was refused by the mail server and gets no digest: {reply}",
            "ru": "почтовый сервер не принял сводку для {name}: {reply}",
        },
        "only_with_store": {
            "en": "{option} needs a store; give --store FILE as well",
            "ru": "для {option} нужно хранилище; укажите и --store ФАЙЛ",
        },
        "mail_without_digests": {
            "en": "[sinks.{name}] sends digests by e-mail; give --digests FILE, which keeps them",
            "ru": "[sinks.{name}] отправляет сводки по почте; укажите --digests ФАЙЛ, где они "
            "хранятся",
        },
        "digests_undelivered": {
            "en": "{name} does not have every message: {error}. The next run writes the rest",
            "ru": "в {name} записаны не все сводки: {error}. Остальные запишет следующий запуск",
        },
        "sink_hangs": {
            "en": "{name} does not have every change: it does not finish a write. The next run "
            "sends the rest",
            "ru": "в {name} записаны не все изменения: запись не завершается. Остальные отправит "
            "следующий запуск",
        },
        # -- outbox and store
        "rewritten": {
            "en": "{name}: {changes} changes from the store, and {kept} that only the file had",
            "ru": "{name}: изменений из хранилища - {changes}, только из прежнего файла - {kept}",
        },
        "dropped_changes": {
            "en": "the store dropped its first {count} changes after retention; those that the "
            "file still had ({kept}) stay at its beginning",
            "ru": "первые изменения ({count}) удалены из хранилища по сроку хранения; те из них, "
            "что остались в файле ({kept}), сохранены в его начале",
        },
        "dead_letter": {
            "en": "{sink}  {number}  {change_id}  attempts {attempts}  {error}",
            "ru": "{sink}  {number}  {change_id}  попыток {attempts}  {error}",
        },
        "dead_letters": {"en": "Dead letters: {count}", "ru": "Недоставленных изменений: {count}"},
        "replayed": {
            "en": "The next run sends {count} {count:change|changes} to {sink} again",
            "ru": "Следующий запуск снова отправит в {sink} {count} "
            "{count:изменение|изменения|изменений}",
        },
        "store_sound": {"en": "The store {store} is sound", "ru": "Хранилище {store} исправно"},
        "store_damaged": {
            "en": "The store {store} is damaged, faults: {count}; restore its last snapshot",
            "ru": "Хранилище {store} повреждено, ошибок: {count}; восстановите последнюю копию",
        },
        "fault_definition": {
            "en": "{table}: missing, or its definition was changed",
            "ru": "{table}: нет в файле или изменено определение",
        },
        "fault_pages": {"en": "file: {detail}", "ru": "файл: {detail}"},
        # -- the list of calendars
        "built_in": {
            "en": "built in",
            "ru": "встроенные",
        },
        "give_zone": {
            "en": "(give a zone)",
            "ru": "(укажите пояс)",
        },
        "no_such_country": {
            "en": "no calendar of {country}; give an ISO 3166 code such as DE, or a name such as "
            "Samara",
            "ru": "нет календарей с названием {country}; укажите код ISO 3166, например DE, или "
            "название, например Самара",
        },
        # -- a year of a calendar
        "year_title": {
            "en": "{id}, {year}: production calendar, version {version}",
            "ru": "{id}: производственный календарь на {year} год, версия {version}",
        },
        "year_provisional": {
            "en": "PROVISIONAL: no act has decided this year yet",
            "ru": "ПРЕДВАРИТЕЛЬНО: календарь на этот год ещё не утверждён",
        },
        "year_legend": {
            "en": "° holiday or day off moved here   ! off by decree or order   "
            "+ working weekend   * one hour shorter   # working weekend, shorter   ? open",
            "ru": "° праздник или перенесённый выходной   ! нерабочий по указу или приказу   "
            "+ рабочая суббота (воскресенье)   * на час короче   "
            "# рабочая суббота (воскресенье), на час короче   ? не установлено",
        },
        "year_norm": {
            "en": "Working time (without days off by presidential decree)",
            "ru": "Норма рабочего времени (без нерабочих дней по указам Президента)",
        },
        "days": {"en": "days", "ru": "дней"},
        "short_days": {"en": "short", "ru": "сокр."},
        "week_hours": {"en": "{hours} h", "ru": "{hours} ч"},
        "quarter": {"en": "Quarter {number}", "ru": "{number} квартал"},
        "year": {"en": "Year", "ru": "Год"},
        "open_day": {"en": "open", "ru": "не установлено"},
        "open_days": {
            "en": "{count} open {count:day is|days are} counted by rule",
            "ru": "{count} {count:день не установлен и учтён|дня не установлены и учтены|"
            "дней не установлены и учтены} по общему правилу",
        },
        "year_acts": {"en": "Days and acts", "ru": "Дни и акты"},
        # -- what a message starts or ends with
        "in_file": {"en": "{path}: {why} (in {name})", "ru": "{path}: {why} ({name})"},
        "see_help": {"en": " (see: {command} --help)", "ru": " (см. {command} --help)"},
        "quote_time": {
            "en": "; put a date and its time in quotes: '31.10.2025 17:30'",
            "ru": "; возьмите дату со временем в кавычки: '31.10.2025 17:30'",
        },
        "the_output": {"en": "the output", "ru": "вывод"},
        "standard_output": {"en": "standard output", "ru": "стандартный вывод"},
        **SHELL_ERRORS,
    }
)
"""Texts of all commands except ``report``, whose texts are in ``text.report``."""


def sentence(error: WorkHoursError, lang: str) -> str:
    """Return the message of an error in ``lang``, or in English if there is no translation."""
    facts = vars(error)
    cause: str = facts.get("cause") or ""
    if cause in messages.STORE_FAULTS:
        return messages.store_fault(cause, facts["facts"], lang)
    if cause in messages.UNKNOWN_DATES and isinstance(error, CalendarCoverageError):
        return unknown_date(error, lang)
    reason = facts.get("reason")
    if isinstance(reason, CalendarCoverageError):
        why = sentence(reason, lang)
        return SHELL.text(
            lang, "in_file", path=facts["key"], why=why, name=messages.said(facts["name"], lang)
        )
    if "facts" in facts and messages.is_known(cause):
        return messages.refusal(cause, lang, facts["facts"])
    return str(error)


def unknown_date(
    error: CalendarCoverageError, lang: str, advice: Mapping[str, str] = messages.IN_SHELL
) -> str:
    """Return the message for a date that a calendar does not cover, with the reason and advice."""
    why = words.pick(messages.UNKNOWN_DATES[error.cause], lang)
    why = why.format(**advice, **error.facts)
    date = words.short_date(error.date, lang)
    key = "unknown_date" if error.calendar else "unknown_year"
    return SHELL.text(lang, key, calendar=error.calendar, date=date, why=why)
