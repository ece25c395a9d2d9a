"""The help of the shell in Russian and English: commands, options, and the words of click."""

from __future__ import annotations

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
            "DE, or the name of a country, a region or its capital.",
            "ru": "Перечислить календари и даты, на которые они есть; СТРАНА - код, например DE, "
            "или название страны, региона или его столицы.",
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
