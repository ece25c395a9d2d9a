"""The sentences of stores in PostgreSQL, which ``sentences.SENTENCES`` contains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

STORES: Final[Mapping[str, Words]] = {
    "no_psycopg": {
        "en": "psycopg is missing; install it: pip install 'workhours-sla[postgres]'",
        "ru": "нет psycopg; установите: pip install 'workhours-sla[postgres]'",
    },
    "postgres_address": {
        "en": (
            "the address of the store cannot be read; write postgresql://USER@HOST:PORT/DATABASE, "
            "with special characters of a name or password as %XX"
        ),
        "ru": (
            "адрес хранилища не читается; укажите postgresql://USER@HOST:PORT/DATABASE, а особые "
            "знаки в именах и пароле запишите как %XX"
        ),
    },
    "not_store_address": {
        "en": (
            "the address of a store cannot begin with {begin}; write "
            "postgresql://USER@HOST:PORT/DATABASE, or the path of a file, such as ./appeals.db"
        ),
        "ru": (
            "адрес хранилища не может начинаться с {begin}; укажите "
            "postgresql://USER@HOST:PORT/DATABASE или путь к файлу, например ./appeals.db"
        ),
    },
    "postgres_unreachable": {
        "en": (
            "no connection to the store {path} ({error}); check its address and password, and that "
            "the server is running"
        ),
        "ru": (
            "нет соединения с хранилищем {path} ({error}); проверьте адрес и пароль и то, что "
            "сервер работает"
        ),
    },
    "postgres_lost": {
        "en": (
            "the connection to the store {path} was lost ({error}); start again, and the store "
            "continues after the last complete batch"
        ),
        "ru": (
            "соединение с хранилищем {path} потеряно ({error}); запустите снова: работа "
            "продолжится после последней полностью сохранённой порции"
        ),
    },
    "postgres_other_session": {
        "en": (
            "the store {path} is reached through a connection pooler that changes the session, so "
            "the lock of the writer has no effect; connect to the server directly, or let the "
            "pooler work by session"
        ),
        "ru": (
            "пул соединений перед хранилищем {path} меняет сеанс, и блокировка пишущего процесса "
            "не действует; подключитесь к серверу напрямую или включите в пуле режим session"
        ),
    },
    "postgres_other_schema": {
        "en": (
            "the schema of the store {path} was removed or created again, and the lock of the "
            "writer does not protect it; start again"
        ),
        "ru": (
            "схема хранилища {path} удалена или создана заново, и блокировка её не защищает; "
            "запустите снова"
        ),
    },
    "postgres_in_use": {
        "en": "another process writes the store {path}; end it first, or give another database",
        "ru": "в хранилище {path} пишет другой процесс; завершите его или укажите другую базу",
    },
    "postgres_encoding": {
        "en": (
            "the database of the store {path} has the encoding {encoding}; create a database with "
            "ENCODING 'UTF8' TEMPLATE template0"
        ),
        "ru": (
            "у базы хранилища {path} кодировка {encoding}; создайте базу с параметрами ENCODING "
            "'UTF8' TEMPLATE template0"
        ),
    },
    "postgres_no_schema": {
        "en": (
            "the role {role} may not create a schema for the store {path}; let an administrator "
            "run: {sql}"
        ),
        "ru": (
            "роли {role} нельзя создать схему для хранилища {path}; пусть администратор выполнит: "
            "{sql}"
        ),
    },
    "postgres_foreign": {
        "en": (
            "the schema {schema} of {path} has tables of something else; give another schema with "
            "?options=-csearch_path%3DNAME"
        ),
        "ru": (
            "в схеме {schema} базы {path} чужие таблицы; укажите другую схему: "
            "?options=-csearch_path%3DNAME"
        ),
    },
    "postgres_no_store": {
        "en": "no store in the schema {schema} of {path}; check the address",
        "ru": "в схеме {schema} базы {path} нет хранилища; проверьте адрес",
    },
    "postgres_failed": {
        "en": "the store {path} failed ({error}); {remedy}",
        "ru": "ошибка хранилища {path} ({error}); {remedy}",
    },
    "postgres_disk_full": {
        "en": "free some space on the disk of the server and start again",
        "ru": "освободите место на диске сервера и запустите снова",
    },
    "postgres_read_only": {
        "en": "give the address of the server that can be written",
        "ru": "укажите адрес сервера, доступного для записи",
    },
    "postgres_no_right": {
        "en": "let an administrator grant the role this right",
        "ru": "пусть администратор даст роли это право",
    },
    "postgres_check": {
        "en": "see the log of the server, and start again",
        "ru": "посмотрите журнал сервера и запустите снова",
    },
    "postgres_restore": {
        "en": "restore its last backup",
        "ru": "восстановите последнюю резервную копию",
    },
    "postgres_migrate": {
        "en": "start watch with it once, which updates the schema",
        "ru": "запустите с ним один раз watch: схема обновится",
    },
    "store_not_empty": {
        "en": "the store {path} is not empty; give a place that has no store yet",
        "ru": "хранилище {path} не пустое; укажите место, где хранилища ещё нет",
    },
    "postgres_long_text": {
        "en": (
            "an id is too long for the store {path}, which takes at most about 2,700 bytes; "
            "shorten it in the source, or use a SQLite file"
        ),
        "ru": (
            "слишком длинный идентификатор для хранилища {path} (не больше примерно 2700 байт); "
            "сократите его в источнике или используйте файл SQLite"
        ),
    },
}
"""The sentences about a database of PostgreSQL, keyed by the cause of an error."""
