"""The texts of the HTTP service: the titles of problems, and sentences that only it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

PROBLEMS: Final[Mapping[str, Words]] = {
    "invalid-json": {"en": "The body is not JSON", "ru": "Тело запроса - не JSON"},
    "invalid-request": {"en": "The request is wrong", "ru": "Неверный запрос"},
    "invalid-time": {"en": "Not a time", "ru": "Это не время"},
    "naive-time": {"en": "A time without an offset", "ru": "Время без смещения от UTC"},
    "calendar-coverage": {
        "en": "The calendar does not cover a date",
        "ru": "На эту дату нет календаря",
    },
    "unknown-calendar": {"en": "No such calendar", "ru": "Такого календаря нет"},
    "unauthorized": {"en": "No valid token", "ru": "Нет действительного ключа"},
    "forbidden": {"en": "The token may only read", "ru": "Ключ даёт право только на чтение"},
    "wrong-host": {"en": "Another name of this machine", "ru": "Другое имя этой машины"},
    "other-machine": {"en": "A request from another machine", "ru": "Запрос с другой машины"},
    "unknown-appeal": {"en": "No such appeal", "ru": "Такого обращения нет"},
    "wrong-secret": {"en": "The secret is wrong", "ru": "Неверный секрет"},
    "not-found": {"en": "No such address", "ru": "Такого адреса нет"},
    "method-not-allowed": {"en": "Another method is needed", "ru": "Нужен другой метод"},
    "body-timeout": {
        "en": "The body arrived too slowly",
        "ru": "Тело запроса идёт слишком долго",
    },
    "body-too-large": {"en": "The body is too large", "ru": "Тело запроса слишком велико"},
    "media-type": {"en": "The body is not of type JSON", "ru": "Тип тела запроса - не JSON"},
    "batch-too-large": {
        "en": "Too many questions or events",
        "ru": "Слишком много вопросов или событий",
    },
    "answer-too-large": {"en": "The answer is too large", "ru": "Ответ слишком велик"},
    "span-too-long": {"en": "The span of time is too long", "ru": "Промежуток слишком велик"},
    "timeout": {"en": "The answer takes too long", "ru": "Расчёт занимает слишком много времени"},
    "invalid-event": {"en": "The event is wrong", "ru": "Неверное событие"},
    "too-many-requests": {"en": "Too many requests", "ru": "Слишком много запросов"},
    "store-unavailable": {
        "en": "The store cannot be used",
        "ru": "Хранилище недоступно",
    },
    "report-unavailable": {
        "en": "Reports are not installed",
        "ru": "Не установлен набор для отчётов",
    },
    "report-busy": {
        "en": "Another report is being made",
        "ru": "Составляется другой отчёт",
    },
    "internal": {"en": "A fault of the service", "ru": "Сбой службы"},
}
"""The title of each type of problem."""

SERVICE: Final[Mapping[str, Words]] = {
    "token_missing": {
        "en": "the request has no token; send the header Authorization: Bearer TOKEN",
        "ru": "в запросе нет ключа; добавьте заголовок Authorization: Bearer КЛЮЧ",
    },
    "token_wrong": {
        "en": "the token of the request is not valid; ask the operator of the service for one",
        "ru": "ключ в запросе недействителен; запросите ключ у администратора службы",
    },
    "no_address": {
        "en": "there is nothing at this address; /openapi.json lists all addresses",
        "ru": "по этому адресу ничего нет; все адреса перечислены в /openapi.json",
    },
    "wrong_method": {
        "en": "{method} is not possible here; use {allowed}",
        "ru": "метод {method} здесь не поддерживается; используйте {allowed}",
    },
    "slow_body": {
        "en": "the body was not complete after {seconds} seconds; send it faster",
        "ru": "тело запроса не пришло целиком за {seconds} с; отправьте его быстрее",
    },
    "large_body": {
        "en": "the body is larger than {most} bytes; send several requests",
        "ru": "тело запроса больше {most} байт; отправьте несколько запросов",
    },
    "not_json_type": {
        "en": "the type of the body is {type}; send the header Content-Type: application/json",
        "ru": "тип тела запроса - {type}; отправьте заголовок Content-Type: application/json",
    },
    "large_batch": {
        "en": "the list has {count} questions, and one request may have {most}; send several "
        "requests",
        "ru": "в списке вопросов: {count}, а в одном запросе может быть не больше {most}; "
        "отправьте несколько запросов",
    },
    "many_events": {
        "en": "the request has {count} events, and one may have {most}; send several requests",
        "ru": "в запросе событий: {count}, а может быть не больше {most}; отправьте несколько "
        "запросов",
    },
    "sent_key_unknown": {
        "en": "{key} is not a field of an event; {hint}",
        "ru": "{key} - не поле события; {hint}",
    },
    "use_keys": {
        "en": "use the fields of workhours.event/1",
        "ru": "используйте поля workhours.event/1",
    },
    "sent_schema_unknown": {
        "en": "{schema} is not a schema of events; write {known}, or leave the key out",
        "ru": "{schema} - не схема событий; напишите {known} или не указывайте этот ключ",
    },
    "sent_no_offset": {
        "en": "{text} has no offset; write it like 2025-10-31T17:30:00+03:00",
        "ru": "{text} - время без часового пояса; напишите так: 2025-10-31T17:30:00+03:00",
    },
    "sent_type_unknown": {
        "en": "type {type} is not known; use one of {types}",
        "ru": "неизвестный вид события (type): {type}; выберите из списка: {types}",
    },
    "sent_value_unknown": {
        "en": "{canonical} {value} is not {wanted}",
        "ru": "{canonical}: недопустимое значение {value}, нужно {wanted}",
    },
    "sent_value_absent": {
        "en": "{named} is missing",
        "ru": "нет поля {named}",
    },
    "sent_no_time": {
        "en": "time is missing, so it is unknown when this happened",
        "ru": "нет поля time, поэтому неизвестно, когда это произошло",
    },
    "empty_batch": {
        "en": "the list has no questions; send at least one",
        "ru": "в списке нет вопросов; отправьте хотя бы один",
    },
    "large_answer": {
        "en": "the answer would be larger than {most} bytes; ask fewer questions in one request",
        "ru": "ответ был бы больше {most} байт; задайте меньше вопросов в одном запросе",
    },
    "long_span": {
        "en": "from {first} to {last} there are more than {most} days; ask for a shorter span",
        "ru": "с {first} по {last} больше {most} дней; задайте промежуток короче",
    },
    "slow_answer": {
        "en": "the answers were not complete after {seconds} seconds; ask fewer questions in one "
        "request",
        "ru": "за {seconds} с расчёт не закончен; задайте меньше вопросов в одном запросе",
    },
    "internal_fault": {
        "en": "the service failed; its log has the error under the number {id}",
        "ru": "произошёл сбой; ошибка записана в журнале службы под номером {id}",
    },
    "not_a_year": {
        "en": "{text} is not a year; write it like 2026",
        "ru": "{text} - не год; напишите, например, 2026",
    },
    "no_tokens_env": {
        "en": "the environment variable {name}, which [service] tokens_env names, is not set; set "
        "it to lines such as read=TOKEN",
        "ru": "не задана переменная среды {name}, указанная в [service] tokens_env; запишите в "
        "неё строки вида read=КЛЮЧ",
    },
    "tokens_unreadable": {
        "en": "the file of tokens {name} cannot be read: {why}; correct [service] tokens_file",
        "ru": "файл ключей {name} не читается: {why}; исправьте [service] tokens_file",
    },
    "token_line": {
        "en": "line {line} of {name} is not a token; write read=TOKEN or write=TOKEN",
        "ru": "строка {line} ({name}) - не ключ; напишите read=КЛЮЧ или write=КЛЮЧ",
    },
    "token_short": {
        "en": "the token in line {line} of {name} has fewer than {least} characters; use a random "
        "one that is longer",
        "ru": "ключ в строке {line} ({name}) короче {least} знаков; возьмите ключ длиннее",
    },
    "tokens_none": {
        "en": "{name} has no token; write a line such as read=TOKEN",
        "ru": "{name}: нет ни одного ключа; напишите строку вида read=КЛЮЧ",
    },
    "tokens_env_and_file": {
        "en": "there are two places for tokens",
        "ru": "для ключей указаны два места",
    },
    "proxies_open": {
        "en": "a proxy would open the service to other machines, and there are no tokens",
        "ru": "прокси откроет службу другим машинам, а ключей доступа нет",
    },
    "proxies_need_tokens": {
        "en": "add tokens_env or tokens_file",
        "ru": "добавьте tokens_env или tokens_file",
    },
    "not_a_proxy": {
        "en": "{text} does not name proxies",
        "ru": "{text} не обозначает прокси",
    },
    "write_a_proxy": {
        "en": "write an address such as 127.0.0.1 or a network such as 10.0.0.0/24, not one of "
        "all addresses",
        "ru": "укажите адрес, например 127.0.0.1, или сеть, например 10.0.0.0/24, но не сеть из "
        "всех адресов",
    },
    "host_without_tokens": {
        "en": "{host} can be reached by other machines, and the configuration names no tokens; add "
        "[service] tokens_env or tokens_file, or serve on 127.0.0.1",
        "ru": "{host} доступен другим машинам, а ключей в конфигурации нет; добавьте [service] "
        "tokens_env или tokens_file либо используйте 127.0.0.1",
    },
    "not_bound": {
        "en": "the service cannot listen on {host}, port {port}: {why}; give another --host or "
        "--port",
        "ru": "не удалось открыть {host}, порт {port}: {why}; укажите другой --host или --port",
    },
    "serving": {
        "en": "serving on {address}; Ctrl+C stops",
        "ru": "служба работает по адресу {address}; остановка - Ctrl+C",
    },
    "no_service": {
        "en": "FastAPI and uvicorn are missing; install them: pip install 'workhours-sla[service]'",
        "ru": "нет FastAPI или uvicorn; установите их: pip install 'workhours-sla[service]'",
    },
    "many_filters": {
        "en": "the address has more than 50 parts; open the screen at /",
        "ru": "в адресе больше 50 параметров; откройте экран по адресу /",
    },
    "unknown_filter": {
        "en": "the address has {key}, which is not a filter; use {known}",
        "ru": "параметра {key}, указанного в адресе, у экрана нет; используйте {known}",
    },
    "filter_twice": {
        "en": "the address has {key} twice; leave one out",
        "ru": "параметр {key} указан в адресе дважды; оставьте один",
    },
    "long_filter": {
        "en": "{key} has more than {most} characters; shorten it",
        "ru": "в параметре {key} больше {most} знаков; сократите его",
    },
    "not_a_choice": {
        "en": "{key} is {value}; use one of {choices}",
        "ru": "параметр {key} равен {value}; допустимо: {choices}",
    },
    "not_a_page": {
        "en": "page is {value}; use a number from 1",
        "ru": "параметр page равен {value}; укажите число от 1",
    },
}
"""The sentences of the service, which ``sentences.SENTENCES`` contains."""
