"""The texts of what the HTTP service offers beside questions: webhooks and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

INCOMING: Final[Mapping[str, Words]] = {
    "no_network_request": {
        "en": "the body is not an object of JSON, such as VK and MAX send",
        "ru": "тело запроса - не объект JSON, а ВКонтакте и MAX присылают такие объекты",
    },
    "network_id": {
        "en": "an id has characters that cannot be printed",
        "ru": "в номере есть непечатаемые знаки",
    },
    "no_secret_env": {
        "en": "the environment variable {name}, which {key} names, is not set; set it to the "
        "secret, as it is set in the network",
        "ru": "не задана переменная среды {name}, указанная в {key}; запишите в неё секрет, "
        "указанный в настройках сети",
    },
    "short_secret": {
        "en": "the secret in {name}, which {key} names, has fewer than {least} characters; use a "
        "random one that is longer",
        "ru": "секрет в переменной {name}, указанной в {key}, короче {least} знаков; возьмите "
        "секрет длиннее",
    },
    "secret_wrong": {
        "en": "the request does not have the secret that [service] names; set the same one in the "
        "network",
        "ru": "в запросе нет секрета, указанного в [service]; задайте в сети тот же секрет",
    },
    "no_confirmation": {
        "en": "there is no confirmation for the group {group}; add it to [service.vk] "
        "confirmations",
        "ru": "для сообщества {group} нет строки подтверждения; добавьте её в [service.vk] "
        "confirmations",
    },
    "section_without_store": {
        "en": "[{section}] needs a store; add --store, or leave the section out",
        "ru": "для раздела [{section}] нужно хранилище; добавьте --store или уберите раздел",
    },
    "not_a_group": {
        "en": "{group} is not the id of a group in VK",
        "ru": "{group} - не номер сообщества ВКонтакте",
    },
    "write_group": {
        "en": "write it without a minus, such as 990000001",
        "ru": "напишите его без минуса, например 990000001",
    },
    "not_a_confirmation": {
        "en": "{text} is not a confirmation of VK",
        "ru": "{text} - не строка подтверждения ВКонтакте",
    },
    "write_confirmation": {
        "en": "copy it from the settings of the group, such as a1b2c3d4",
        "ru": "скопируйте её из настроек сообщества, например a1b2c3d4",
    },
    "no_report_extra": {
        "en": "reports need numpy; install it: pip install 'workhours-sla[service,report]'",
        "ru": "для отчётов нужен numpy; установите его: "
        "pip install 'workhours-sla[service,report]'",
    },
    "report_busy": {
        "en": "another report is being made; ask again in a few seconds",
        "ru": "составляется другой отчёт; повторите запрос через несколько секунд",
    },
    "report_period": {
        "en": "until is not after since; give a later end",
        "ru": "конец периода (until) не позже начала (since); укажите более поздний",
    },
    "report_target": {
        "en": "there are several targets; add target with one of {known}",
        "ru": "нормативов несколько; укажите в target один из них: {known}",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
