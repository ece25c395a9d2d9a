"""The messages about Kafka, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

KAFKA: Final[Mapping[str, Words]] = {
    # -- settings
    "not_brokers": {
        "en": "{text} is not an address of a broker; write host:port, such as 'kafka.example:9092'",
        "ru": "{text} - не адрес брокера; напишите узел:порт, например 'kafka.example:9092'",
    },
    "not_topic": {
        "en": "{text} is not the name of a topic; use at most 249 of A-Z, a-z, 0-9, '.', '_', '-'",
        "ru": "{text} - не имя топика; используйте до 249 знаков A-Z, a-z, 0-9, '.', '_', '-'",
    },
    "kafka_key_alone": {
        "en": "{key} needs the key {other}",
        "ru": "для {key} нужен ключ {other}",
    },
    "kafka_add_key": {
        "en": "add {other}, or leave {key} out",
        "ru": "добавьте {other} или уберите {key}",
    },
    "kafka_one_of": {
        "en": "both properties_env and properties_file are given",
        "ru": "указаны и properties_env, и properties_file",
    },
    "kafka_keep_one": {
        "en": "keep one of them",
        "ru": "оставьте что-нибудь одно",
    },
    "property_file": {
        "en": "the properties in {name} cannot be read ({why}); check the file",
        "ru": "не удалось прочитать свойства из {name} ({why}); проверьте файл",
    },
    "property_line": {
        "en": "line {line} of {name} is not a property; write key=value",
        "ru": "строка {line} в {name} - не свойство; напишите ключ=значение",
    },
    "property_reserved": {
        "en": "the property {key} is set by workhours; leave it out",
        "ru": "свойство {key} задаёт сама программа; уберите его",
    },
    "property_refused": {
        "en": "librdkafka does not accept the property {key} or its value; correct it",
        "ru": "librdkafka не принимает свойство {key} или его значение; исправьте его",
    },
    "properties_refused": {
        "en": (
            "librdkafka does not accept the properties together; check those of security.protocol, "
            "sasl and ssl"
        ),
        "ru": (
            "librdkafka не принимает эти свойства вместе; проверьте security.protocol, sasl и ssl"
        ),
    },
    # -- brokers
    "kafka_topic": {"en": "the topic {topic}", "ru": "топик {topic}"},
    "kafka_no_broker": {
        "en": (
            "no broker of {brokers} answers ({why}); check the addresses, the network and "
            "security.protocol"
        ),
        "ru": (
            "ни один брокер из {brokers} не отвечает ({why}); проверьте адреса, сеть и "
            "security.protocol"
        ),
    },
    "kafka_login": {
        "en": "the brokers {brokers} refused the login ({why}); check the properties sasl and ssl",
        "ru": "брокеры {brokers} отказали во входе ({why}); проверьте свойства sasl и ssl",
    },
    "kafka_denied": {
        "en": (
            "the brokers deny the use of topic {topic} ({why}); grant the account READ and "
            "DESCRIBE on the topic"
        ),
        "ru": (
            "брокеры не дают доступа к топику {topic} ({why}); выдайте учётной записи права READ и "
            "DESCRIBE на топик"
        ),
    },
    "kafka_no_topic": {
        "en": "the brokers {brokers} have no topic {topic}; correct the name or create it",
        "ru": "у брокеров {brokers} нет топика {topic}; исправьте имя или создайте его",
    },
    "kafka_unread": {
        "en": "topic {topic} cannot be read ({why}); correct this, then start again",
        "ru": "не удаётся прочитать топик {topic} ({why}); исправьте это и запустите снова",
    },
    # -- positions
    "kafka_retention": {
        "en": (
            "topic {topic}, partition {partition}: messages {next} to {last} were removed before "
            "they were read; read them from a copy, then start once with --accept-loss"
        ),
        "ru": (
            "топик {topic}, раздел {partition}: сообщения с {next} по {last} удалены раньше, чем "
            "прочитаны; прочитайте их из копии и один раз запустите с --accept-loss"
        ),
    },
    "kafka_passed": {
        "en": (
            "topic {topic}, partition {partition}: retention removes messages before they are "
            "read; raise the retention time, then start once with --accept-loss"
        ),
        "ru": (
            "топик {topic}, раздел {partition}: сообщения удаляются раньше, чем читаются; "
            "увеличьте срок хранения и один раз запустите с --accept-loss"
        ),
    },
    "kafka_recreated": {
        "en": (
            "topic {topic}, partition {partition}: the messages before offset {next} are not those "
            "that the store has; use another store, or read the partition from its beginning once "
            "with --accept-loss"
        ),
        "ru": (
            "топик {topic}, раздел {partition}: до смещения {next} не те сообщения, что есть в "
            "хранилище; возьмите другое хранилище или один раз прочитайте раздел с начала "
            "(--accept-loss)"
        ),
    },
    "kafka_fewer": {
        "en": (
            "topic {topic} has no partition {partition}, which the store has read; use another "
            "store, or start once with --accept-loss"
        ),
        "ru": (
            "в топике {topic} нет раздела {partition}, который хранилище уже читало; возьмите "
            "другое хранилище или один раз запустите с --accept-loss"
        ),
    },
    "kafka_more": {
        "en": "topic {topic} has new partitions, {partitions}; start again to read them as well",
        "ru": "в топике {topic} новые разделы: {partitions}; запустите снова, чтобы читать и их",
    },
    "kafka_position": {
        "en": (
            "the store has the position {position} for topic {topic}, which another version wrote; "
            "use that version"
        ),
        "ru": (
            "позицию {position} топика {topic} записала в хранилище другая версия программы; "
            "используйте ту версию"
        ),
    },
    # -- messages
    "message_too_long": {
        "en": "a message of more than {most:,} bytes",
        "ru": "сообщение длиннее {most} байт",
    },
    # -- notes
    "kafka_waiting": {
        "en": "topic {topic}: no broker answers ({why}); time stops until one does",
        "ru": "топик {topic}: брокеры не отвечают ({why}); до ответа время стоит",
    },
    "kafka_begins_at": {
        "en": "topic {topic}, partition {partition}: reading goes on at offset {offset}",
        "ru": "топик {topic}, раздел {partition}: чтение продолжается со смещения {offset}",
    },
    "kafka_gone": {
        "en": "topic {topic}: partition {partition} no longer exists and is left out",
        "ru": "топик {topic}: раздела {partition} больше нет, он не учитывается",
    },
    # -- the sink
    "sink_needs_extra": {
        "en": "the sink {name} needs {library}: pip install 'workhours-sla[{extra}]'",
        "ru": "приёмнику {name} нужен {library}: pip install 'workhours-sla[{extra}]'",
    },
    "kafka_write_denied": {
        "en": (
            "the brokers deny writing to topic {topic} ({why}); grant the account WRITE and "
            "DESCRIBE on it"
        ),
        "ru": (
            "брокеры не дают писать в топик {topic} ({why}); выдайте учётной записи права WRITE и "
            "DESCRIBE на него"
        ),
    },
    "kafka_refused": {
        "en": "topic {topic} does not accept the change ({why}); correct the topic, then replay",
        "ru": (
            "топик {topic} не принимает изменение ({why}); исправьте топик и отправьте изменение "
            "снова"
        ),
    },
    "kafka_not_sent": {
        "en": "the change has not reached topic {topic} ({why}); check the brokers {brokers}",
        "ru": "изменение не дошло до топика {topic} ({why}); проверьте брокеры {brokers}",
    },
}
