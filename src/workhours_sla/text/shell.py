"""The Russian and English sentences of the command line."""

from __future__ import annotations

import os
from typing import Final

from workhours_sla.errors import WorkHoursError
from workhours_sla.text import words

PHRASES: Final[dict[str, words.Words]] = {
    "error": {"en": "Error", "ru": "Ошибка"},
    "in_file": {"en": "{path}: {why} (in {name})", "ru": "{path}: {why} (в файле {name})"},
    "note": {"en": "Note", "ru": "Внимание"},
    "unknown_date": {
        "en": "calendar {calendar} does not know {date}: {why}",
        "ru": "календарь {calendar} не знает {date}: {why}",
    },
    "answer_between": {
        "en": "; in any case the answer lies between {earliest} and {latest}",
        "ru": "; в любом случае ответ - между {earliest} и {latest}",
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
    "assigned_to": {"en": "assigned to {holder}", "ru": "у исполнителя {holder}"},
    "unregistered": {"en": "not registered", "ru": "не зарегистрировано"},
    "unassigned": {"en": "not assigned", "ru": "не назначено"},
    "holder_at_breach": {"en": "at the breach: {holder}", "ru": "при нарушении срока: {holder}"},
    "due_by": {"en": "due {when}", "ru": "срок {when}"},
    "due_not_known": {
        "en": "not known, as dates are uncertain",
        "ru": "неизвестен: есть даты, о которых нет решения",
    },
    "due_between": {
        "en": "due between {since} and {until}",
        "ru": "срок между {since} и {until}",
    },
    "due_not_before": {"en": "due not before {when}", "ru": "срок не раньше {when}"},
    "answered": {"en": "answered {when}", "ru": "ответ {when}"},
    "late_by": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
    "left": {"en": "{amount} left", "ru": "осталось {amount}"},
    "and_more": {
        "en": "... and {count} more (--all lists them)",
        "ru": "... и ещё {count} (--all)",
    },
    "calendar_unknown": {
        "en": "Verdict open, it depends on dates without a calendar: {count}",
        "ru": "Исход не определён, он зависит от дат без утверждённого календаря: {count}",
    },
    "provisional_count": {
        "en": "PROVISIONAL, on dates that no act has settled: {count}",
        "ru": "ПРЕДВАРИТЕЛЬНО, по датам, не установленным актами: {count}",
    },
    "to_review_count": {
        "en": "With a reply that nobody has judged: {count}",
        "ru": "С ответом, который никто не оценил: {count}",
    },
    "retroactive_count": {
        "en": "Breached before a change of the appeal set the target: {count}",
        "ru": "Срок истёк до изменения обращения, после которого применён норматив: {count}",
    },
    "pause_left_open_count": {
        "en": "With a pause that was never ended, although work went on: {count}",
        "ru": "С приостановкой, которую не завершили, хотя работа продолжалась: {count}",
    },
    "forecast": {"en": "Due from {since} to {until}", "ru": "Сроки с {since} по {until}"},
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
    "in_store": {"en": "In the store since it was created", "ru": "В хранилище с его создания"},
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
        "en": "Appeals that ended long ago were dropped, with {count} events",
        "ru": "Давно завершённые обращения удалены, событий: {count}",
    },
    "whole_since": {
        "en": "; all are there that were posted since {when}",
        "ru": "; поступившие с {when} сохранены все",
    },
    "other_policy": {
        "en": "The store has another policy ({stored}) than the one given now ({given}), which "
        "this answer uses",
        "ru": "Хранилище велось по другим нормативам ({stored}); ответ дан по указанным "
        "сейчас ({given})",
    },
    "file_gone": {
        "en": "the file that was read last as {name} is gone or was cut short, and lines at its "
        "end may not have been read; the files that are left are read",
        "ru": "файл, который читался последним как {name}, удалён или обрезан: строки в его конце "
        "могли остаться непрочитанными; читаются оставшиеся файлы",
    },
    "file_missing": {
        "en": "rotated files are missing, and their lines were not read: {name}",
        "ru": "не хватает файлов ротации, их строки не прочитаны: {name}",
    },
    "file_compressed": {
        "en": "{name} is compressed and may have lines that were not read; unpack it into "
        "workhours watch - with the same --store",
        "ru": "{name} сжат, в нём могут быть непрочитанные строки; распакуйте его на вход команды "
        "workhours watch - с тем же --store",
    },
    "file_cut": {
        "en": "{name} was cut short or rewritten in place, and lines written just before that may "
        "be lost; rotate it by renaming (logrotate: create, not copytruncate)",
        "ru": "{name} обрезан или перезаписан на месте: строки, записанные перед самой обрезкой, "
        "могли быть потеряны; ротируйте его переименованием (logrotate: create, не copytruncate)",
    },
    "source_no_file": {
        "en": "{message}",
        "ru": "нет файла {name}; проверьте путь или укажите -, чтобы читать стандартный ввод",
    },
    "source_directory": {
        "en": "{message}",
        "ru": "{name} - это каталог; укажите файл событий",
    },
    "source_denied": {
        "en": "{message}",
        "ru": "нет прав на чтение {name}; выдайте их и запустите команду снова",
    },
    "source_unopened": {
        "en": "{message}",
        "ru": "не удалось открыть {name} ({why}); укажите файл, который можно прочитать",
    },
    "source_unreadable": {
        "en": "{message}",
        "ru": "чтение {name} прервано ({why}); проверьте диск и запустите команду снова",
    },
    "source_not_regular": {
        "en": "{message}",
        "ru": "{name} нельзя прочитать повторно; подайте его на стандартный ввод "
        "команды workhours watch -",
    },
    "source_unlisted": {
        "en": "{message}",
        "ru": "не удалось прочитать каталог с файлом {name} ({why}), где лежат файлы ротации; "
        "выдайте права на чтение каталога",
    },
    "source_waiting": {
        "en": "there is no file {name}; waiting for it",
        "ru": "файла {name} нет; ожидаем его появления",
    },
    "source_missing": {
        "en": "there is still no file {name}; check the path",
        "ru": "файла {name} так и нет; проверьте путь",
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
    "no_min_read": {
        "en": "--min-read {text} is not a percentage from 0 to 100; write it like 50% or 50",
        "ru": "--min-read {text} - не доля от 0 до 100 %; напишите, например, 50% или 50",
    },
    "too_few_read": {
        "en": "only {good} of {read} rows could be read, less than {least}%; the main cause is "
        "{cause} ({count}), for example {example}; {way_out}",
        "ru": "прочитано строк: {good} из {read}, это меньше {least} %; основная причина - "
        "{cause} ({count}), например, {example}; {way_out}",
    },
    "unread_file": {
        "en": "correct the file or its --config, or accept this with --min-read 0",
        "ru": "исправьте файл или его описание (--config) либо укажите --min-read 0",
    },
    "unread_kept": {
        "en": "the rows stay in quarantine: correct --config and run watch with --replay, or "
        "accept this with --min-read 0",
        "ru": "строки остаются в карантине: исправьте --config и запустите watch с --replay либо "
        "укажите --min-read 0",
    },
    "same_file": {
        "en": "{first} and {second} are the same file ({name}); give {first} a file of its own",
        "ru": "{first} и {second} - один и тот же файл ({name}); укажите для {first} "
        "отдельный файл",
    },
    "no_access": {
        "en": "cannot read or write {name} ({error}); give another place",
        "ru": "не удалось прочитать или записать {name} ({error}); укажите другое место",
    },
    "standard_output": {"en": "standard output", "ru": "стандартный вывод"},
    "the_output": {"en": "the output", "ru": "вывод"},
    "digests_lost": {
        "en": "{name!r} was removed, shortened or changed since digests were last written to it; "
        "the store does not keep those that were sent, so only new ones follow",
        "ru": "файл {name!r} удалён, укорочен или изменён с тех пор, как в него записывались "
        "сводки; прежние сводки в хранилище не сохраняются, записываются только новые",
    },
    "rewritten": {
        "en": "{name}: {changes} changes from the store, and {kept} that only the file had",
        "ru": "{name}: изменений из хранилища - {changes}, только из прежнего файла - {kept}",
    },
    "dropped_changes": {
        "en": "the store dropped its first {count} changes after retention; those that the file "
        "still had ({kept}) stay at its beginning",
        "ru": "первые изменения ({count}) удалены из хранилища по сроку хранения; те из них, что "
        "остались в файле ({kept}), сохранены в его начале",
    },
    "not_empty": {
        "en": "{name!r} is not empty, and --only-new leaves out what it has; move it away first",
        "ru": "файл {name!r} не пуст, а --only-new не сохранит его содержимое; сначала переместите "
        "его",
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
    "retracted": {"en": "retracted: {what}", "ru": "отменено: {what}"},
    "dead_letter": {
        "en": "{sink}  {number}  {change_id}  attempts {attempts}  {error}",
        "ru": "{sink}  {number}  {change_id}  попыток {attempts}  {error}",
    },
    "dead_letters": {"en": "Dead letters: {count}", "ru": "Недоставленных изменений: {count}"},
    "replayed": {
        "en": "The next run sends {count} changes to {sink} again",
        "ru": "Следующий запуск снова отправит в {sink} изменений: {count}",
    },
    "sink_failing": {
        "en": "{name} fails and is tried again: {error}",
        "ru": "ошибка записи в {name}, запись будет повторена: {error}",
    },
    "sink_undelivered": {
        "en": "{name} does not have every change: {error}",
        "ru": "в {name} записаны не все изменения: {error}",
    },
    "sink_hangs": {
        "en": "{name} does not have every change: it does not finish a write. The next run sends "
        "the rest",
        "ru": "в {name} записаны не все изменения: запись не завершается. Остальные отправит "
        "следующий запуск",
    },
}


def say(key: str, lang: str, **facts: object) -> str:
    """Return a sentence in ``lang`` with its facts filled in."""
    return words.pick(PHRASES[key], lang).format(**facts)


def sentence(error: WorkHoursError, lang: str) -> str:
    """Return an error's sentence in ``lang``, in English where there is no other."""
    facts = vars(error)
    if facts.get("cause") in words.REFUSALS:
        return words.refusal(facts["cause"], lang, facts["facts"])
    if facts.get("cause") in words.STORE_FAULTS:
        return words.store_fault(facts["cause"], facts["facts"], lang)
    reason = facts.get("reason")
    if isinstance(reason, WorkHoursError):
        why = sentence(reason, lang)
        return say("in_file", lang, path=facts["key"], why=why, name=facts["name"])
    return str(error)


def language(option: str | None) -> str:
    """Return the language to speak: the option, else the environment's, else English."""
    if option:
        return option
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "ru" if value.lower().startswith("ru") else "en"
    return "en"
