"""The messages of sinks that send changes over a network, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

SINKS: Final[Mapping[str, Words]] = {
    # -- settings
    "not_url": {
        "en": "{url} is not an address for webhooks; write it like 'https://host.example/path'",
        "ru": "{url} - не адрес для вебхуков; напишите, например, 'https://host.example/path'",
    },
    "url_without_tls": {
        "en": (
            "{url} is sent without encryption; use https, or set allow_private = true within a "
            "network of your own"
        ),
        "ru": (
            "на {url} данные пойдут без шифрования; используйте https, а внутри своей сети укажите "
            "allow_private = true"
        ),
    },
    "private_url": {
        "en": (
            "{url} is in a loopback, private or reserved network; give a public address, or set "
            "allow_private = true"
        ),
        "ru": (
            "{url} - адрес этого компьютера, частной или зарезервированной сети; укажите публичный "
            "адрес или allow_private = true"
        ),
    },
    "not_webhook_secret": {
        "en": (
            "the secret is not whsec_ and the base64 of 24 to 64 bytes; create one with: "
            "echo whsec_$(openssl rand -base64 32)"
        ),
        "ru": (
            "секрет - не whsec_ и от 24 до 64 байт в base64; создайте его командой: "
            "echo whsec_$(openssl rand -base64 32)"
        ),
    },
    "secret_unset": {
        "en": "the environment variable {name} is not set",
        "ru": "переменная среды {name} не задана",
    },
    "set_secret": {
        "en": "set it to the secret before the command starts",
        "ru": "запишите в неё секрет до запуска команды",
    },
    "not_sink_name": {
        "en": "{name} is not a name for a sink",
        "ru": "{name} - не имя приёмника",
    },
    "write_sink_name": {
        "en": "use letters, digits, - and _, but not the name stdout",
        "ru": "используйте буквы, цифры, - и _, но не имя stdout",
    },
    "not_address": {
        "en": "{text} is not an e-mail address; write it like 'roads@region.example'",
        "ru": "{text} - не адрес электронной почты; напишите, например, 'roads@region.example'",
    },
    "mail_without_addresses": {
        "en": "no agency in [agencies] has the key email",
        "ru": "ни у одного ведомства в [agencies] нет ключа email",
    },
    "write_addresses": {
        "en": 'write email = "roads@region.example" for at least one',
        "ru": 'укажите хотя бы для одного email = "roads@region.example"',
    },
    "user_without_password": {
        "en": "a user without password_env",
        "ru": "есть user, но нет password_env",
    },
    "name_password": {
        "en": "name the environment variable with the password",
        "ru": "укажите переменную среды с паролем",
    },
    # -- sending
    "mail_not_encrypted": {
        "en": "{host} offers no STARTTLS, so nothing is sent; use a server or a port that does",
        "ru": "{host} не предлагает STARTTLS, поэтому ничего не отправлено; укажите другой порт "
        "или сервер",
    },
    "mail_failed": {
        "en": "sending by {host} failed ({why}); check the server and the account",
        "ru": "не удалось отправить через {host} ({why}); проверьте сервер и учётную запись",
    },
    "private_address": {
        "en": (
            "{host} has the address {address} in a loopback, private or reserved network; correct "
            "the name, or set allow_private = true"
        ),
        "ru": (
            "у {host} адрес {address}: это этот компьютер, частная или зарезервированная сеть; "
            "исправьте имя или укажите allow_private = true"
        ),
    },
    "http_timeout": {
        "en": "{host} has not answered within {seconds} seconds; check that it is up",
        "ru": "нет ответа от {host} (ожидание, секунд: {seconds}); проверьте, работает ли он",
    },
    "http_failed": {
        "en": "the request to {host} failed ({why}); check the address and the network",
        "ru": "не удался запрос к {host} ({why}); проверьте адрес и сеть",
    },
    "http_refused": {
        "en": "{host} refused the change with status {status}; correct the receiver, then replay",
        "ru": (
            "{host} не принял изменение, код {status}; исправьте приёмник и отправьте изменение "
            "снова"
        ),
    },
    "http_redirect": {
        "en": (
            "{host} answered with a redirect, status {status}, and redirects are not followed; "
            "give the final address"
        ),
        "ru": "{host} перенаправляет запрос (код {status}); укажите конечный адрес",
    },
    "http_status": {
        "en": "{host} answered with status {status}; correct the receiver",
        "ru": "{host} ответил кодом {status}; исправьте приёмник",
    },
}
