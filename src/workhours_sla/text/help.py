"""The help of the shell in Russian and English: commands, options, and the words of click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.texts import Texts

COMMANDS: Final = Texts(
    {
        "workhours": {
            "en": "Working-time deadlines, exact and explained.\n\n"
            "Exit status: 0 fine, 1 breaches found, 2 wrong usage or unreadable input, 3 the "
            "calendar does not cover the date.",
            "ru": "Сроки в рабочем времени - точно и с объяснением.\n\n"
            "Код выхода: 0 - всё в порядке, 1 - есть просрочка, 2 - неверный вызов или данные не "
            "читаются, 3 - нет календаря на эту дату.",
        },
        "due": {
            "en": "Show when the answer to an appeal posted at START is due.",
            "ru": "Показать, к какому времени нужно ответить на обращение, поступившее в НАЧАЛО.",
        },
        "elapsed": {
            "en": "Show how much working time passed from START to END, and if an answer at END is "
            "in time.",
            "ru": "Показать, сколько рабочего времени прошло с НАЧАЛА до КОНЦА и в срок ли дан "
            "ответ в КОНЕЦ.",
        },
        "latest-start": {
            "en": "Show the latest arrival that is still due by DUE_BY.",
            "ru": "Показать, не позже какого времени должно поступить обращение, чтобы срок ответа "
            "был не позже, чем СРОК.",
        },
        "explain": {
            "en": "Explain a deadline from START, or the time from START to END, by day and act.",
            "ru": "Объяснить по дням и актам срок от НАЧАЛА или время с НАЧАЛА до КОНЦА.",
        },
        "calendars": {
            "en": "List the calendars with the dates that they cover; COUNTRY is a code such as "
            "DE.",
            "ru": "Перечислить календари и даты, на которые они есть; СТРАНА - код, например DE.",
        },
        "init": {
            "en": "Detect how FILE is to be read, and write that as a configuration; - reads "
            "standard input.\n\n"
            "What was understood of the first rows is printed on standard error. What the file "
            "does not show is a question in the configuration, and is never guessed.",
            "ru": "Определить, как читать ФАЙЛ, и записать это как конфигурацию; - означает "
            "стандартный ввод.\n\n"
            "Что понято по первым строкам, печатается в поток ошибок. Чего по файлу не видно, "
            "становится вопросом в конфигурации и никогда не угадывается.",
        },
        "days": {
            "en": "Count the working days from FIRST to LAST, both included, and their working "
            "time.\n\n"
            "A date with working hours is a working day, as in budgets of working days. If LAST is "
            "before FIRST, the numbers are negative.",
            "ru": "Посчитать рабочие дни с ПЕРВОГО по ПОСЛЕДНИЙ включительно и рабочее время в "
            "них.\n\n"
            "Рабочий день - день, в который по графику есть часы; так же считаются нормативы в "
            "рабочих днях. Если ПОСЛЕДНИЙ раньше ПЕРВОГО, числа отрицательные.",
        },
        "sql": {
            "en": "Print an SQL script that installs schedules as functions of a database.\n\n"
            "The schedules are those of --config, by name; without it, one schedule of the name "
            "default. --since and --until are years, months or dates, both included. Exits with 3 "
            "if the calendar does not cover them.",
            "ru": "Вывести скрипт SQL, который добавляет расписания в базу данных как функции.\n\n"
            "Расписания берутся из файла --config по именам; без него оно одно, с именем "
            "default. --since и --until - годы, месяцы или даты, обе включительно. Код выхода 3, "
            "если на них нет календаря.",
        },
        "serve": {
            "en": "Answer over HTTP: when due, how much time passed, how late it may arrive, why."
            "\n\n"
            "The targets and the tokens are those of --config. Without tokens only this machine is "
            "answered. With --store the service also receives events, keeps the appeals in STORE, "
            "and sends every change to the sinks of --config, as watch does. The log goes to "
            "standard error. SIGTERM ends it after the running requests.",
            "ru": "Отвечать по HTTP: какой срок, сколько прошло времени, не позже чего и почему."
            "\n\n"
            "Нормативы и ключи - из --config. Без ключей ответы получает только эта машина. С "
            "--store служба ещё и принимает события, хранит в ХРАНИЛИЩЕ обращения и, как watch, "
            "отправляет изменения приёмникам из --config. Журнал пишется в поток ошибок. По "
            "SIGTERM команда завершает начатые запросы и останавливается.",
        },
        "feeds": {
            "en": "Print the address of the iCalendar feed of each agency in --config.\n\n"
            "Whoever knows an address can read the deadlines of that agency, so send it to the "
            "agency alone. A new number in [service.feeds] generations revokes it.",
            "ru": "Вывести адрес ленты iCalendar каждого ведомства из --config.\n\n"
            "Кто знает адрес, видит сроки этого ведомства, поэтому сообщайте его только самому "
            "ведомству. Новый номер в [service.feeds] generations отзывает адрес.",
        },
        "check": {
            "en": "Show which appeals of FILE are overdue, at risk or met; - reads standard input."
            "\n\n"
            "FILE is a table or an export of a network or a service desk. --config is a file with "
            "the names of FILE's columns and with the targets; workhours init writes one. Without "
            "it, FILE is read if there is only one way to read it. --store reads the events from "
            "a store of watch, even while watch writes to it. Exits with 1 if there are breaches, "
            "else with 3 if a verdict depends on a date that the calendar does not cover.",
            "ru": "Показать, какие обращения из ФАЙЛА просрочены, у каких истекает срок, какие в "
            "срок; - означает стандартный ввод.\n\n"
            "ФАЙЛ - таблица либо выгрузка из соцсети или системы обработки обращений. В файле "
            "--config - названия столбцов ФАЙЛА и нормативы; такой файл пишет workhours init. Без "
            "него ФАЙЛ читается, если прочитать его можно только одним способом. --store берёт "
            "события из хранилища команды watch, в том числе пока она в него пишет. Код выхода 1, "
            "если есть просрочка, иначе 3, если вердикт зависит от даты, на которую нет календаря.",
        },
        "forecast": {
            "en": "Forecast when unanswered appeals fall due, by hour or day; - reads standard "
            "input.\n\n"
            "FILE, --store and --config are as for check.",
            "ru": "Показать, когда истекут сроки обращений без ответа, по часам или дням; - "
            "означает стандартный ввод.\n\n"
            "ФАЙЛ, --store и --config - как у команды check.",
        },
        "report": {
            "en": "Report how many of FILE's appeals were answered in time; - reads standard "
            "input.\n\n"
            "The share in time counts the appeals whose limit has passed, by week of arrival, "
            "agency and other groupings, with intervals. FILE and --store are as for check. --json "
            "has all figures; --revise compares with a file of them.",
            "ru": "Составить отчёт о том, какая доля обращений из ФАЙЛА отвечена в срок; - "
            "означает стандартный ввод.\n\n"
            "В доле учтены обращения, срок которых наступил: по неделям поступления, ведомствам и "
            "другим разрезам, с интервалами. ФАЙЛ и --store - как у команды check. Все числа - в "
            "--json, с файлом таких чисел сравнивает --revise.",
        },
        "watch": {
            "en": "Follow SOURCE, a growing JSON Lines file, and report every change; - reads "
            "standard input, and without SOURCE the topic in [input] is read.\n\n"
            "The store has the state: after a stop or a crash, the same command resumes. A breach "
            "is reported --skew after its limit, so that late events can still arrive. --digests "
            "writes messages to each agency, within its working time, about the appeals that it "
            "must answer.",
            "ru": "Следить за ИСТОЧНИКОМ, пополняемым файлом JSON Lines, и сообщать о каждом "
            "изменении; - означает стандартный ввод, без ИСТОЧНИКА читается топик из [input]."
            "\n\n"
            "Состояние - в хранилище: после остановки или сбоя та же команда продолжит работу. О "
            "просрочке сообщается на --skew позже предела, чтобы успели прийти опоздавшие события. "
            "--digests пишет каждому ведомству в его рабочее время сводки об обращениях, на "
            "которые оно должно ответить.",
        },
        "outbox": {
            "en": "Manage the changes that a store of watch keeps for its sinks.",
            "ru": "Управлять изменениями, которые хранилище команды watch отправляет приёмникам.",
        },
        "outbox dead": {
            "en": "List the dead letters: changes that are no longer sent to a sink, with the last "
            "error.\n\nWatch may write the store meanwhile.",
            "ru": "Перечислить недоставленные изменения, которые приёмнику больше не отправляются, "
            "с последней ошибкой.\n\nКоманда watch может в это время писать в хранилище.",
        },
        "outbox replay": {
            "en": "Send the dead letters NUMBERS of SINK again in the next run; all of them "
            "without NUMBERS.",
            "ru": "Снова отправить ПРИЁМНИКУ недоставленные изменения с НОМЕРАМИ, без НОМЕРОВ - "
            "все; это сделает следующий запуск.",
        },
        "outbox rewrite": {
            "en": "Restore FILE, a sink of watch, from the store: each change once.\n\n"
            "Use it if FILE was removed, shortened or changed. If FILE has changes that the store "
            "has dropped after retention, they remain at its beginning. FILE is replaced when the "
            "new file is complete.",
            "ru": "Восстановить из хранилища ФАЙЛ - приёмник команды watch, каждое изменение один "
            "раз.\n\n"
            "Нужна, если ФАЙЛ удалён, укорочен или изменён. Изменения, удалённые из хранилища по "
            "сроку хранения, остаются в начале ФАЙЛА. ФАЙЛ заменяется, когда новый готов.",
        },
        "calendar": {
            "en": "Show the YEAR of calendar ID: months, norms of working time, and the act behind "
            "each day.",
            "ru": "Показать ГОД календаря КОД: месяцы, нормы рабочего времени и акт о каждом "
            "особом дне.",
        },
        "store": {
            "en": "Verify or copy the store that watch keeps.",
            "ru": "Проверить или скопировать хранилище команды watch.",
        },
        "store check": {
            "en": "Verify STORE: its pages, every row, and the rows that refer to others.\n\n"
            "Exits with 0 if it is sound and 2 if not. Another process may write it meanwhile.",
            "ru": "Проверить ХРАНИЛИЩЕ: страницы файла, каждую строку и ссылки между строками.\n\n"
            "Код выхода 0, если оно исправно, иначе 2. Другой процесс может в это время писать в "
            "него.",
        },
        "store copy": {
            "en": "Copy the store FROM with everything in it to TO, which has no store yet.\n\n"
            "FROM and TO are paths or addresses like postgresql://USER@HOST/DATABASE. The copy "
            "continues where FROM is now; stop watch before you move a store.",
            "ru": "Скопировать хранилище ОТКУДА со всем содержимым в КУДА, где его ещё нет.\n\n"
            "ОТКУДА и КУДА - пути или адреса вида postgresql://USER@HOST/DATABASE. Копия "
            "продолжит с того же места; перед переносом остановите watch.",
        },
    }
)
"""The help of each command, keyed by the words that call it."""

SHORT: Final = Texts(
    {
        "due": {
            "en": "Show when the answer to an appeal is due.",
            "ru": "Показать, к какому времени нужно ответить на обращение.",
        },
        "elapsed": {
            "en": "Show how much working time passed between two times.",
            "ru": "Показать, сколько прошло рабочего времени.",
        },
        "latest-start": {
            "en": "Show the latest arrival that is still due by a given time.",
            "ru": "Показать, не позже чего должно поступить обращение.",
        },
        "explain": {
            "en": "Explain a deadline or an elapsed time, by day and act.",
            "ru": "Объяснить срок или прошедшее время по дням и актам.",
        },
        "calendars": {
            "en": "List the calendars.",
            "ru": "Перечислить календари.",
        },
        "init": {
            "en": "Detect how a file is to be read, and write a configuration.",
            "ru": "Определить, как читать файл, и составить конфигурацию.",
        },
        "days": {
            "en": "Count the working days between two dates.",
            "ru": "Посчитать рабочие дни между двумя датами.",
        },
        "sql": {
            "en": "Print an SQL script that adds working time to a database.",
            "ru": "Вывести скрипт SQL для расчётов в базе данных.",
        },
        "serve": {
            "en": "Answer questions about deadlines over HTTP.",
            "ru": "Отвечать на вопросы о сроках по HTTP.",
        },
        "feeds": {
            "en": "Print the addresses of the agencies' iCalendar feeds.",
            "ru": "Вывести адреса лент iCalendar для ведомств.",
        },
        "check": {
            "en": "List the appeals that are overdue or at risk.",
            "ru": "Перечислить просроченные и срочные обращения.",
        },
        "forecast": {
            "en": "Forecast when unanswered appeals fall due.",
            "ru": "Показать, когда истекут сроки обращений без ответа.",
        },
        "report": {
            "en": "Report how many appeals were answered in time.",
            "ru": "Составить отчёт о соблюдении сроков.",
        },
        "watch": {
            "en": "Follow a file or a topic of events and report every change.",
            "ru": "Следить за файлом или топиком и сообщать об изменениях.",
        },
        "outbox": {
            "en": "Manage the changes that a store keeps for its sinks.",
            "ru": "Управлять изменениями для приёмников.",
        },
        "calendar": {
            "en": "Show a year of a calendar, with the act behind each day.",
            "ru": "Показать год календаря и акт о каждом особом дне.",
        },
        "store": {
            "en": "Verify or copy the store that watch keeps.",
            "ru": "Проверить или скопировать хранилище команды watch.",
        },
        "outbox dead": {
            "en": "List the changes that are no longer sent to a sink.",
            "ru": "Перечислить недоставленные изменения.",
        },
        "outbox replay": {
            "en": "Send such changes again.",
            "ru": "Отправить недоставленные изменения снова.",
        },
        "outbox rewrite": {
            "en": "Restore the file of a sink from the store.",
            "ru": "Восстановить файл приёмника из хранилища.",
        },
        "store check": {
            "en": "Verify the pages and every row of a store.",
            "ru": "Проверить страницы и каждую строку хранилища.",
        },
        "store copy": {
            "en": "Copy a store to a file or to PostgreSQL.",
            "ru": "Скопировать хранилище в файл или в PostgreSQL.",
        },
    }
)
"""The help of each command in a list of commands, on one line of 80 columns."""

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

PHRASES: Final = Texts(
    {
        "usage": {"en": "Usage", "ru": "Вызов"},
        "options": {"en": "Options", "ru": "Параметры"},
        "commands": {"en": "Commands", "ru": "Команды"},
        "range": {"en": "{least} to {most}", "ru": "от {least} до {most}"},
        "required": {"en": "required", "ru": "обязателен"},
        "version": {"en": "workhours, version {version}", "ru": "workhours, версия {version}"},
    }
)
"""Other texts of help pages, such as headings."""

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
