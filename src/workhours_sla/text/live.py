"""The sentences of an HTTP service with a store: events, appeals, tokens and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

LIVE: Final[Mapping[str, Words]] = {
    "store_away": {
        "en": "the store of the service cannot be used now; if you sent events, none was stored; "
        "send the request again later",
        "ru": "хранилище службы сейчас недоступно; события из запроса не записаны; повторите "
        "запрос позже",
    },
    "token_reads": {
        "en": "the token of the request may only read; send a token of the role write",
        "ru": "ключ в запросе даёт право только на чтение; нужен ключ с ролью write",
    },
    "wrong_host": {
        "en": "without tokens the service answers only at localhost and 127.0.0.1, not at {host}; "
        "set [service] tokens_env to use another name",
        "ru": "без ключей доступа служба отвечает только по адресам localhost и 127.0.0.1, а не "
        "{host}; для другого имени задайте [service] tokens_env",
    },
    "other_machine": {
        "en": "without tokens the service answers only its own machine, and a proxy sends this "
        "request for {address}; set [service] tokens_env",
        "ru": "без ключей доступа служба отвечает только своей машине, а этот запрос прокси "
        "передал от {address}; задайте [service] tokens_env",
    },
    "many_requests": {
        "en": "too many requests; send the next one after {seconds} seconds",
        "ru": "слишком много запросов; отправьте следующий через {seconds} с",
    },
    "unknown_appeal": {
        "en": "the store has no appeal {id}; check the id",
        "ru": "обращения {id} в хранилище нет; проверьте номер",
    },
    "header_twice": {
        "en": "the header {name} is given twice; send it once",
        "ru": "заголовок {name} указан дважды; укажите его один раз",
    },
    "header_encoding": {
        "en": "the header {name} is not percent-encoded UTF-8; encode it as the HTTP binding of "
        "CloudEvents describes",
        "ru": "заголовок {name} закодирован не в UTF-8 с процентами; закодируйте его по правилам "
        "CloudEvents для HTTP",
    },
    "not_a_batch": {
        "en": "the body of this type must be a list of CloudEvents; send one CloudEvent as "
        "application/cloudevents+json",
        "ru": "тело этого типа должно быть списком CloudEvents; одно событие отправьте с типом "
        "application/cloudevents+json",
    },
    "not_one_event": {
        "en": "the body of this type must be one CloudEvent; send a list as "
        "application/cloudevents-batch+json",
        "ru": "тело этого типа должно быть одним CloudEvent; список отправьте с типом "
        "application/cloudevents-batch+json",
    },
    "not_type_of_events": {
        "en": "the type of the body is {type}; send the header Content-Type with one of {known}",
        "ru": "тип тела запроса - {type}; отправьте заголовок Content-Type с одним из типов: "
        "{known}",
    },
    "received_ahead": {
        "en": "received_at {received} is more than {most} ahead of the machine's clock ({now})",
        "ru": "received_at {received} опережает часы компьютера ({now}) больше чем на {most}",
    },
    "no_parameter": {
        "en": "{key} is not a parameter of this address; use {known}",
        "ru": "у этого адреса нет параметра {key}; можно указать {known}",
    },
    "parameter_twice": {
        "en": "{key} is given twice; leave one out",
        "ru": "параметр {key} указан дважды; оставьте один",
    },
    "long_parameter": {
        "en": "{key} has more than {most} characters; use the value as in the events",
        "ru": "в параметре {key} больше {most} знаков; укажите значение как в событиях",
    },
    "not_a_count": {
        "en": "{key} is {value}; write a number from {least} to {most}",
        "ru": "параметр {key} равен {value}; укажите число от {least} до {most}",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
