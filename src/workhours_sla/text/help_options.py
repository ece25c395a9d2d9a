"""The help of the options of all commands, and the names of their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.texts import Texts

OPTIONS: Final = Texts(
    {
        "--help": {"en": "Show this message and exit.", "ru": "Показать эту справку и выйти."},
        "--version": {"en": "Show the version and exit.", "ru": "Показать версию и выйти."},
        "--lang": {"en": "Language of texts and help.", "ru": "Язык текстов и справки."},
        # -- a schedule and a budget
        "--calendar": {
            "en": "RU, RU-VGG, ... or none: every day alike.",
            "ru": "RU, RU-VGG, ... или none: все дни одинаковы.",
        },
        "--categories": {
            "en": "Categories of days off of another country's calendar, separated by commas.",
            "ru": "Категории нерабочих дней календаря другой страны, через запятую.",
        },
        "--calendar-file": {
            "en": "TOML file of acts to add to the calendar.",
            "ru": "Файл TOML с актами, которые дополняют календарь.",
        },
        "--week": {
            "en": "Working days of a Russian week.",
            "ru": "Рабочих дней в неделе российского календаря.",
        },
        "--hours": {"en": "Weekly hours.", "ru": "График."},
        "--tz": {"en": "IANA zone.", "ru": "Часовой пояс IANA."},
        "--budget": {
            "en": "Time allowed: 4h, 7 working days, 30 days, 1 month or 9h clock.",
            "ru": "Норматив: 4h рабочего времени, 7 working days (рабочих дней), 30 days "
            "(календарных дней), 1 month (месяц) или 9h clock (круглосуточно).",
        },
        "--roll": {
            "en": "Where an end on a day off moves; days and months need it.",
            "ru": "Куда переносится окончание, выпавшее на нерабочий день; нужен для дней и "
            "месяцев.",
        },
        "--count-from": {
            "en": "The first day that counts, for days.",
            "ru": "С какого дня считать, для дней.",
        },
        "--config": {
            "en": "TOML file of schedules, targets, columns.",
            "ru": "Файл TOML с расписаниями, нормативами, столбцами.",
        },
        "serve --config": {
            "en": "TOML file of schedules, targets and tokens.",
            "ru": "Файл TOML с расписаниями, нормативами и ключами.",
        },
        "--rate": {
            "en": "Requests per second of each token or address; 0 for no limit.",
            "ru": "Запросов в секунду с одного ключа или адреса; 0 - без ограничения.",
        },
        "serve --store": {
            "en": "Path of the state, or postgresql://...; with it, events are received.",
            "ru": "Путь хранилища или postgresql://...; с ним служба принимает события.",
        },
        "serve --sink": {
            "en": "Append changes as JSON Lines.",
            "ru": "Дописывать изменения строками JSON.",
        },
        "serve --digests": {
            "en": "Append messages to agencies as JSON Lines.",
            "ru": "Дописывать сводки для ведомств строками JSON.",
        },
        "serve --skew": {
            "en": "How long after it happened an event may arrive.",
            "ru": "Через сколько после события о нём ещё могут сообщить.",
        },
        "serve --retain": {
            "en": "Drop appeals that ended, and rejected events received, more than DAYS ago.",
            "ru": "Удалять обращения, завершённые больше стольких дней назад, и отклонённые "
            "события, полученные больше стольких дней назад.",
        },
        "feeds --config": {
            "en": "TOML file of agencies and feeds.",
            "ru": "Файл TOML с ведомствами и лентами.",
        },
        "--url": {
            "en": "Address under which others reach the service.",
            "ru": "Адрес службы, по которому к ней обращаются.",
        },
        "--host": {"en": "Address to listen on.", "ru": "Адрес, на котором отвечать."},
        "--port": {
            "en": "Port to listen on; 0 takes a free one.",
            "ru": "Порт; 0 - любой свободный.",
        },
        "--target": {
            "en": "The target, if the configuration has several.",
            "ru": "Норматив, если в конфигурации их несколько.",
        },
        "--provisional": {
            "en": "Answer by rule where no act has decided.",
            "ru": "Считать по общему правилу, где акта ещё нет.",
        },
        "--json": {"en": "Print JSON.", "ru": "Печатать JSON."},
        "--explain": {
            "en": "List every day, with its act.",
            "ru": "Перечислить все дни с их актами.",
        },
        "days --explain": {
            "en": "List holidays, transfers and short days, with their acts.",
            "ru": "Перечислить праздники, переносы и сокращённые дни с актами.",
        },
        "--now": {
            "en": "Also show what remains at this time (or: now).",
            "ru": "Показать, сколько осталось на этот момент (или: now).",
        },
        # -- files of appeals
        "--store": {
            "en": "Read the store that watch keeps, instead of FILE: a path or postgresql://...",
            "ru": "Читать не ФАЙЛ, а хранилище команды watch: путь или postgresql://...",
        },
        "--assume-tz": {
            "en": "Zone of times without an offset.",
            "ru": "Часовой пояс времени без смещения.",
        },
        "--min-read": {
            "en": "Fail if less of the rows can be read; 0 never fails.",
            "ru": "Ошибка, если прочитана меньшая доля строк; 0 - без ошибки.",
        },
        "--verbose": {
            "en": "Say how many appeals were judged one event at a time.",
            "ru": "Сообщить, сколько обращений рассчитано по отдельным событиям.",
        },
        "--as-of": {"en": "Evaluate as of this time.", "ru": "Состояние на этот момент."},
        "check --warn": {
            "en": "At risk with this much left.",
            "ru": "Срок истекает, когда осталось столько.",
        },
        "check --all": {
            "en": "List every appeal, also those met.",
            "ru": "Перечислить все обращения, в том числе отвеченные в срок.",
        },
        "check --explain": {
            "en": "Show who had each overdue appeal, and how long.",
            "ru": "Показать, у кого и сколько было просроченное обращение.",
        },
        "check --strict": {
            "en": "Exit with 2 if anything was quarantined.",
            "ru": "Код выхода 2, если что-то попало в карантин.",
        },
        "forecast --since": {
            "en": "Start of the forecast.",
            "ru": "Начало прогноза.",
        },
        "forecast --days": {"en": "Number of dates.", "ru": "На сколько дней."},
        "forecast --by": {"en": "Length of a slot.", "ru": "По часам или по дням."},
        "init --out": {
            "en": "Write the configuration to a new file.",
            "ru": "Записать конфигурацию в новый файл.",
        },
        "init --calendar": {
            "en": "The region's calendar, as RU-VGG; gives the zone.",
            "ru": "Календарь региона, например RU-VGG; по нему - часовой пояс.",
        },
        "init --hours": {"en": "Weekly hours to write.", "ru": "График для настроек."},
        "init --tz": {
            "en": "IANA zone of times without an offset.",
            "ru": "Часовой пояс IANA для времени без смещения.",
        },
        "report --target-rate": {
            "en": "Share that must be in time.",
            "ru": "Целевая доля отвеченных в срок.",
        },
        "report --by": {
            "en": "Groupings: agency,district,channel,topic.",
            "ru": "Разрезы: agency,district,channel,topic (ведомство, район, канал, тема).",
        },
        "--dialect": {
            "en": "The database that will run the script.",
            "ru": "База данных, в которой будет выполнен скрипт.",
        },
        "sql --since": {
            "en": "The first year, month or date, such as 2024.",
            "ru": "Первый год, месяц или дата, например 2024.",
        },
        "sql --until": {
            "en": "The last year, month or date.",
            "ru": "Последний год, месяц или дата.",
        },
        "--schema": {
            "en": "The schema for the tables and functions.",
            "ru": "Схема для таблиц и функций.",
        },
        "--on-unknown": {
            "en": "What an answer is that the calendar does not know: null, or an error.",
            "ru": "Ответ, если дат нет в календаре: null или ошибка (raise).",
        },
        "sql --check": {
            "en": "Print a query instead that compares the installed script with this one.",
            "ru": "Вывести вместо скрипта запрос, который сравнивает с ним установленный.",
        },
        "report --since": {
            "en": "Only appeals that arrived since this time, such as 2026-03.",
            "ru": "Только обращения, поступившие с этого времени, например 2026-03.",
        },
        "report --until": {
            "en": "Only earlier arrivals; a year, month or date is included.",
            "ru": "Только поступившие раньше; год, месяц или дата входят целиком.",
        },
        "report --compare-with": {
            "en": "Compare with the period before (previous), a year ago (year), or arrivals "
            "before a time; shown by --html and --json.",
            "ru": "Сравнить с предыдущим периодом (previous), с годом раньше (year) или с "
            "поступившими до указанного времени; видно в --html и --json.",
        },
        "report --rebase": {
            "en": "New limits of the trends from this date on.",
            "ru": "Границы недельных карт строить с этой даты.",
        },
        "report --csv": {
            "en": "Also write every table as CSV.",
            "ru": "Записать ещё и все таблицы в CSV.",
        },
        "report --csv-dialect": {
            "en": "Form of the CSV files: for programs or for Excel.",
            "ru": "Вид файлов CSV: для программ или для Excel.",
        },
        "report --xlsx": {"en": "Also write a workbook.", "ru": "Записать ещё и книгу Excel."},
        "report --html": {
            "en": "Also write a page with charts.",
            "ru": "Записать ещё и страницу с графиками.",
        },
        "report --revise": {
            "en": "Show what changed since an earlier --json report.",
            "ru": "Показать, что изменилось с прежнего отчёта --json.",
        },
        "report --with-cases": {
            "en": "Add the verdict of every appeal to --json, for --revise.",
            "ru": "Добавить в --json вердикт по каждому обращению, для --revise.",
        },
        # -- watch, outbox, store
        "watch --store": {
            "en": "Path of the state, or postgresql://...; created if missing.",
            "ru": "Путь хранилища или postgresql://...; если его нет, создаётся.",
        },
        "watch --sink": {
            "en": "Append changes as JSON Lines.",
            "ru": "Дописывать изменения строками JSON.",
        },
        "watch --digests": {
            "en": "Append messages to agencies as JSON Lines.",
            "ru": "Дописывать сводки для ведомств строками JSON.",
        },
        "watch --skew": {
            "en": "How far events may arrive out of order.",
            "ru": "Насколько события могут приходить не по порядку.",
        },
        "watch --clock": {
            "en": "Which clock advances time while no events arrive.",
            "ru": "Чьи часы двигают время, пока событий нет.",
        },
        "watch --max-ahead": {
            "en": "Reject rows received further ahead of the machine's clock.",
            "ru": "Отклонять строки, которые сильнее опережают часы компьютера.",
        },
        "watch --batch": {"en": "Rows per transaction.", "ru": "Строк в одной транзакции."},
        "watch --interval": {
            "en": "Seconds between two reads at the end of the source.",
            "ru": "Секунд между чтениями в конце источника.",
        },
        "watch --retain": {
            "en": "Drop appeals that ended, and rejected rows read, more than DAYS ago.",
            "ru": "Удалять обращения, завершённые больше стольких дней назад, и отклонённые "
            "строки, прочитанные больше стольких дней назад.",
        },
        "watch --once": {
            "en": "Stop at the end of the source.",
            "ru": "Остановиться в конце источника.",
        },
        "watch --replay": {
            "en": "First read the rejected rows again.",
            "ru": "Сначала снова прочитать отклонённые строки.",
        },
        "watch --accept-loss": {
            "en": "Go on after messages of a topic were removed unread.",
            "ru": "Продолжить, хотя сообщения топика удалены непрочитанными.",
        },
        "--standby": {
            "en": "While another process writes the store, wait, and take over when it ends.",
            "ru": "Пока в хранилище пишет другой процесс, ждать, а затем сменить его.",
        },
        "outbox dead --store": {"en": "The store that watch keeps.", "ru": "Хранилище watch."},
        "outbox replay --store": {"en": "The store that watch keeps.", "ru": "Хранилище watch."},
        "outbox rewrite --store": {"en": "The store that watch keeps.", "ru": "Хранилище watch."},
        "outbox rewrite --only-new": {
            "en": "Only changes that FILE never had. FILE must be empty.",
            "ru": "Только изменения, которых в ФАЙЛЕ не было; он должен быть пуст.",
        },
        "store check --all": {
            "en": "List every fault, not the first 20.",
            "ru": "Перечислить все повреждения, а не первые 20.",
        },
    }
)
"""The help of each option, keyed by the option, or by command and option if commands differ."""

DEFAULTS: Final = Texts(
    {
        "now": {"en": "now", "ru": "сейчас"},
        "never": {"en": "never", "ru": "никогда"},
        "the region's": {"en": "the region's", "ru": "пояс региона"},
        "the environment's": {"en": "the environment's", "ru": "как в системе"},
        "stdout": {"en": "standard output", "ru": "стандартный вывод"},
        "the store of --config": {
            "en": "[store] in --config",
            "ru": "[store] в --config",
        },
        "those in the data": {"en": "those in the data", "ru": "все, что есть в данных"},
    }
)
"""Texts that describe a default which is not a value of the option."""

METAVARS: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "ADDRESS": "АДРЕС",
        "AMOUNT": "СКОЛЬКО",
        "ARGS": "АРГУМЕНТЫ",
        "COMMAND": "КОМАНДА",
        "COUNTRY": "СТРАНА",
        "DATE": "ДАТА",
        "DAYS": "ДНИ",
        "DIR": "ПАПКА",
        "DUE_BY": "СРОК",
        "END": "КОНЕЦ",
        "FILE": "ФАЙЛ",
        "FIRST": "ПЕРВЫЙ",
        "HOURS": "ГРАФИК",
        "ID": "КОД",
        "LAST": "ПОСЛЕДНИЙ",
        "NAME": "ИМЯ",
        "NAMES": "ИМЕНА",
        "NUMBERS": "НОМЕРА",
        "OPTIONS": "ПАРАМЕТРЫ",
        "PORT": "ПОРТ",
        "PERCENT": "ПРОЦЕНТ",
        "RATE": "ДОЛЯ",
        "SECONDS": "СЕКУНДЫ",
        "SINK": "ПРИЁМНИК",
        "SOURCE": "ИСТОЧНИК",
        "START": "НАЧАЛО",
        "STORE": "ХРАНИЛИЩЕ",
        "FROM": "ОТКУДА",
        "TO": "КУДА",
        "TIME": "ВРЕМЯ",
        "URL": "АДРЕС",
        "WHAT": "ПЕРИОД",
        "YEAR": "ГОД",
        "ZONE": "ПОЯС",
    }
}
"""Placeholders of values in usage lines, keyed by language and by the English placeholder."""


def metavar(text: str, lang: str) -> str:
    """Translate the placeholders in a usage text, such as ``[FILE]``.

    >>> metavar("[DATE|TIME]", "ru"), metavar("START", "en")
    ('[ДАТА|ВРЕМЯ]', 'START')
    """
    names = METAVARS.get(lang, {})
    word = ""
    found = []
    for sign in f"{text} ":
        if sign.isupper() or sign == "_":
            word += sign
        else:
            found.append(names.get(word, word) + sign)
            word = ""
    return "".join(found)[:-1]
