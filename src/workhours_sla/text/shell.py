"""Texts of the command line in Russian and English, and the choice of the language."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Final

from workhours_sla.errors import CalendarCoverageError, WorkHoursError
from workhours_sla.text import messages, words
from workhours_sla.text.texts import Texts

PRIMARY_LANGUAGE: Final = 0x3FF
"""The bits of a Windows language id that contain the language without the country."""
RUSSIAN: Final = 0x19

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
        "csv_dialect_alone": {
            "en": "--csv-dialect needs --csv; add --csv with the folder for the tables",
            "ru": "--csv-dialect нужен вместе с --csv; укажите в --csv папку для таблиц",
        },
        "judged_by_columns": {
            "en": "{folded} of {appeals} appeals ({share}%) were judged one event at a time, all "
            "others as columns",
            "ru": "по отдельным событиям рассчитано обращений: {folded} из {appeals} ({share} %); "
            "остальные - целыми столбцами",
        },
        "judged_by_events": {
            "en": "all appeals were judged one event at a time; large files of events in CSV, JSON "
            "Lines, Parquet or Arrow are judged as columns if pyarrow is installed",
            "ru": "все обращения рассчитаны по отдельным событиям; большие файлы событий CSV, JSON "
            "Lines, Parquet и Arrow рассчитываются целыми столбцами, если установлен pyarrow",
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
            "ru": "Хранилище {store} повреждено, ошибок: {count}; восстановите последний снимок",
        },
        "fault_table": {"en": "table {table}: ", "ru": "таблица {table}: "},
        "fault_row": {"en": "table {table}, row {row}: ", "ru": "таблица {table}, строка {row}: "},
        "fault_definition": {
            "en": "{table}: missing, or its definition was changed",
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
            "en": "no calendar of the country {country}; give an ISO 3166 code such as DE",
            "ru": "нет календарей страны {country}; укажите код ISO 3166, например DE",
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
            "en": "° holiday or day off moved here   ! off by decree   + working weekend   "
            "* one hour shorter   # working weekend, shorter   ? open",
            "ru": "° праздник или перенесённый выходной   ! нерабочий по указу   "
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
        # -- refused options
        "no_appeals": {
            "en": "the appeals come from FILE or from --store, and neither was given; give one of "
            "them",
            "ru": "не указано, откуда брать обращения; укажите ФАЙЛ или --store",
        },
        "two_sources": {
            "en": "the appeals come from FILE or from --store, and both were given; give one of "
            "them",
            "ru": "указаны и ФАЙЛ, и --store; оставьте что-нибудь одно",
        },
        "no_input": {
            "en": "standard input is a terminal or closed; pipe a file into it or name one",
            "ru": "на стандартный ввод ничего не подано; подайте на него файл или укажите имя "
            "файла",
        },
        "silent_partition": {
            "en": "no time has passed, because a partition of the topic has no messages; set "
            "[input] idle, or use the machine's clock",
            "ru": "время не сдвинулось: в одном из разделов топика нет сообщений; задайте [input] "
            "idle или используйте часы компьютера",
        },
        "no_source": {
            "en": "no source is given; name a file, or set [input] brokers and topic",
            "ru": "источник не указан; назовите файл или задайте [input] brokers и topic",
        },
        "file_and_topic": {
            "en": "both SOURCE and [input] topic are given; keep one of them",
            "ru": "указаны и ИСТОЧНИК, и [input] topic; оставьте что-нибудь одно",
        },
        "no_date": {
            "en": "{text} is not a date; write it like 2025-10-31 or 31.10.2025",
            "ru": "{text} - не дата; напишите её так: 31.10.2025 или 2025-10-31",
        },
        "store_zones": {
            "en": "the times in a store have their zones; leave --assume-tz out",
            "ru": "время в хранилище записано с часовым поясом; уберите --assume-tz",
        },
        "fixed_targets": {
            "en": "the configuration has its own targets, which {options} cannot change; edit the "
            "file",
            "ru": "нормативы заданы в конфигурации, и {options} их не изменит; исправьте файл",
        },
        "fixed_budget": {
            "en": "the configuration has several targets, and {options} changes one; choose it "
            "with --target if the command has this option, or edit the file",
            "ru": "в конфигурации несколько нормативов, а {options} меняет один; выберите его: "
            "--target ИМЯ, если у команды есть такой параметр, или исправьте файл",
        },
        "several_schedules": {
            "en": "target {name} has several schedules, {by}; leave --config out and give "
            "--calendar, --hours and --budget",
            "ru": "у норматива {name} не один график ({by}); уберите --config и укажите "
            "--calendar, --hours и --budget",
        },
        "no_days_to_count": {
            "en": "{option} applies to budgets in days, and this is none; leave it out",
            "ru": "{option} указывают для норматива в днях, а здесь другой; уберите его",
        },
        "no_roll": {
            "en": "{text} may end on a day off; give --roll: following or preceding moves it to "
            "the next or the last working day, none leaves it",
            "ru": "срок {text} может закончиться в выходной; укажите --roll: following переносит "
            "его на следующий рабочий день, preceding - на предыдущий, none не переносит",
        },
        "several_targets": {
            "en": "the configuration has several targets; give one: --target NAME ({names})",
            "ru": "в конфигурации несколько нормативов; укажите один: --target ИМЯ ({names})",
        },
        "no_config": {
            "en": "--target {name} names a target of a configuration, and there is no --config; "
            "give it, or leave --target out",
            "ru": "--target {name} указывает норматив из конфигурации, а --config нет; добавьте "
            "его или уберите --target",
        },
        "no_target": {
            "en": "the configuration has no target {name}; give one: --target NAME ({names})",
            "ru": "в конфигурации нет норматива {name}; укажите другой: --target ИМЯ ({names})",
        },
        "no_target_rate": {
            "en": "--target-rate {text} is not a share above 0 and at most 100%; write it like 90% "
            "or 0.9",
            "ru": "--target-rate {text} - не доля больше 0 и не больше 100 %; напишите, например, "
            "90% или 0.9",
        },
        "no_min_read": {
            "en": "--min-read {text} is not a percentage from 0 to 100; write it like 50% or 50",
            "ru": "--min-read {text} - не доля от 0 до 100 %; напишите, например, 50% или 50",
        },
        "no_numpy": {
            "en": "reports need numpy: pip install 'workhours-sla[report]' ({error})",
            "ru": "для отчётов нужен numpy: pip install 'workhours-sla[report]' ({error})",
        },
        "no_xlsxwriter": {
            "en": "{error}",
            "ru": "для книг Excel нужен xlsxwriter: pip install 'workhours-sla[excel]'",
        },
        "no_provisional": {
            "en": "watch reports only what is certain, so it has no --provisional; leave it out",
            "ru": "watch сообщает только то, что установлено точно; уберите --provisional",
        },
        "not_followed": {
            "en": "{name} is read as CSV, which cannot be followed; write JSON Lines "
            '(format = "jsonl" under [input]), or use check',
            "ru": "{name} - это CSV, за ним нельзя следить; пишите JSON Lines "
            '(format = "jsonl" в разделе [input]) или используйте check',
        },
        "same_file": {
            "en": "{first} and {second} are the same file ({name}); give {first} a file of its own",
            "ru": "{first} и {second} - один и тот же файл ({name}); укажите для {first} "
            "отдельный файл",
        },
        "not_empty": {
            "en": "{name!r} is not empty, and --only-new leaves out what it has; move it away "
            "first",
            "ru": "файл {name!r} не пуст, а --only-new не сохранит его содержимое; сначала "
            "переместите его",
        },
        "standby_waits": {
            "en": "another process writes the store {name}; waiting to take over",
            "ru": "в хранилище {name} пишет другой процесс; ждём, чтобы его сменить",
        },
        "standby_without_server": {
            "en": "{error}; trying again every second",
            "ru": "{error}; повторяем попытку каждую секунду",
        },
        "standby_starts": {
            "en": "the store {name} is free; this process has taken over",
            "ru": "хранилище {name} свободно; теперь в него пишет этот процесс",
        },
        "store_copied": {
            "en": "The store {source} was copied to {target}; events: {count}",
            "ru": "Хранилище {source} скопировано в {target}; событий: {count}",
        },
        "no_store_given": {
            "en": "no store was given; name one, or give --config with the section [store]",
            "ru": "не указано хранилище; укажите его или --config с разделом [store]",
        },
        "no_store": {
            "en": "no store {name!r}; check the path",
            "ru": "нет хранилища {name!r}; проверьте путь",
        },
        # -- files that cannot be read or written
        "no_access": {
            "en": "cannot read or write {name} ({error}); give another place",
            "ru": "не удалось прочитать или записать {name} ({error}); укажите другое место",
        },
        "no_rows": {
            "en": "{name} has no rows; give a file with at least one",
            "ru": "{name}: нет ни одной строки с данными; укажите другой файл",
        },
        "shared_id": {
            "en": "{count} of {rows} rows ({share}%) have the same {canonical}, {id}; check that "
            "{column} is the right column for it (columns.{canonical} in --config)",
            "ru": "в {count} из {rows} строк ({share} %) указан один и тот же {canonical}: {id}; "
            "проверьте, верно ли выбран столбец {column} (columns.{canonical} в --config)",
        },
        "too_few_read": {
            "en": "{where} {text}: {detail}{fix} (so {count} of {read} rows are rejected; less "
            "than {least}% can be read, --min-read 0 accepts that)",
            "ru": "{where} {text}: {detail}{fix} (так отклонено строк: {count} из {read}; "
            "прочитано меньше {least} %, с --min-read 0 это не ошибка)",
        },
        "a_row": {"en": "the row", "ru": "строка"},
        "fix_time": {
            "en": "; if the times have another form, set datetime_format under [input]",
            "ru": "; если время записано иначе, укажите это в datetime_format в разделе [input]",
        },
        "fix_value": {
            "en": "; name the column that has it under [columns]",
            "ru": "; укажите столбец с ним в разделе [columns]",
        },
        "fix_row": {
            "en": "; check format, delimiter and encoding under [input]",
            "ru": "; проверьте format, delimiter и encoding в разделе [input]",
        },
        "fix_other": {
            "en": "; correct the file or its --config",
            "ru": "; исправьте файл или его описание (--config)",
        },
        "fix_kept": {
            "en": "; the rows stay in quarantine: correct --config and run watch with --replay",
            "ru": "; строки остаются в карантине: исправьте --config и запустите watch с --replay",
        },
        # -- other errors
        "unknown_date": {
            "en": "calendar {calendar} does not know {date}: {why}",
            "ru": "в календаре {calendar} не определён день {date}: {why}",
        },
        "unknown_year": {
            "en": "calendar - does not know {date}: {why}",
            "ru": "нельзя вести расчёт на {date}: {why}",
        },
        "answer_between": {
            "en": "; in any case the answer lies between {earliest} and {latest}",
            "ru": "; в любом случае результат - между {earliest} и {latest}",
        },
        "internal": {
            "en": "internal error, please report it: {error}",
            "ru": "внутренняя ошибка, сообщите о ней разработчикам: {error}",
        },
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


def language(option: str | None) -> str:
    """Return the language of the output: "ru" or "en".

    It is ``option``, if the option was given. Otherwise it is the language of the environment or,
    if the environment sets none, the display language of Windows. On other systems it is English.
    """
    if option:
        return option
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "ru" if _windows_is_russian() else "en"


def _windows_is_russian() -> bool:
    """Return whether this is Windows with Russian as its display language."""
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 - only Windows needs it

    found: int = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    return found & PRIMARY_LANGUAGE == RUSSIAN
