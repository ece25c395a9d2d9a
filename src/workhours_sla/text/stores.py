"""The sentences about stores."""

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
    "postgres_no_search_path": {
        "en": (
            "the server of the store {path} has not got search_path from the address, because a "
            "connection pooler leaves it out; connect to the server directly, or give the store a "
            "database of its own"
        ),
        "ru": (
            "сервер хранилища {path} не получил search_path из адреса: его отбрасывает пул "
            "соединений; подключитесь к серверу напрямую или дайте хранилищу отдельную базу"
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
    # -- stores of every kind
    "text_not_stored": {
        "en": "{text} cannot be stored: it is not text in UTF-8; correct it",
        "ru": "{text} нельзя сохранить: это не текст в UTF-8; исправьте его",
    },
    "note_unreadable": {
        "en": "the note {note} of the store cannot be read ({why}); restore its last snapshot",
        "ru": "запись {note} в хранилище не читается ({why}); восстановите последнюю копию",
    },
    "store_failed": {
        "en": "the store {path} failed ({error}); {remedy}",
        "ru": "не удалось открыть хранилище {path} ({error}); {remedy}",
    },
    "restore_snapshot": {
        "en": "see what workhours store check finds, then restore its last snapshot",
        "ru": "проверьте его командой workhours store check и восстановите последнюю копию",
    },
    "end_other_process": {
        "en": "end the other process that keeps it locked",
        "ru": "завершите другой процесс, который его занял",
    },
    "give_store": {
        "en": "give a store, or a file that is not there yet",
        "ru": "укажите хранилище или ещё не существующий файл",
    },
    "check_disk": {
        "en": "check its disk, and start again",
        "ru": "проверьте диск и запустите команду снова",
    },
    "check_store": {
        "en": "check whether the file is a store",
        "ru": "проверьте, что файл - хранилище",
    },
    "no_store": {
        "en": "no store {path}; check the path",
        "ru": "нет хранилища {path}; проверьте путь",
    },
    "no_snapshot_form": {
        "en": "not a snapshot of form {form}; take a new one",
        "ru": "это не снимок состояния в форме {form}; сделайте новый",
    },
    "no_snapshot": {
        "en": "no snapshot {path}; check the path",
        "ru": "нет копии {path}; проверьте путь",
    },
    "other_definition": {
        "en": "the definition of {of} is not the one it was made with",
        "ru": "изменено определение {table}",
    },
    "wrong_pages": {
        "en": "{found}",
        "ru": "нарушена структура файла",
    },
    "store_damaged": {
        "en": "the store {path} is damaged ({what}); {remedy}",
        "ru": "хранилище {path} повреждено ({what}); {remedy}",
    },
    "row_damaged": {
        "en": "the store {path} is damaged: row {row} of table {table} cannot be "
        "read ({why}); {remedy}",
        "ru": "хранилище {path} повреждено: строка {row} таблицы {table} не "
        "читается ({why}); {remedy}",
    },
    "file_exists": {
        "en": "a file {path} exists already; give another name",
        "ru": "файл {path} уже есть; укажите другое имя",
    },
    "store_not_copied": {
        "en": "cannot copy the store to {path} ({error}); give another file or disk",
        "ru": "не удалось скопировать хранилище в {path} ({error}); укажите другой файл или диск",
    },
    "store_not_made": {
        "en": "cannot make the store {path} ({error}); give another file or disk",
        "ru": "не удалось создать хранилище {path} ({error}); укажите другой файл или диск",
    },
    "no_log_on_disk": {
        "en": "the disk of {path} does not support a write-ahead log; give a local one",
        "ru": (
            "диск с {path} не поддерживает журнал упреждающей записи; укажите файл на локальном "
            "диске"
        ),
    },
    "store_empty": {
        "en": (
            "the store {path} is an empty file; restore its last snapshot, or remove it to begin a "
            "new store"
        ),
        "ru": (
            "хранилище {path} - пустой файл; восстановите последнюю копию или удалите файл, чтобы "
            "начать новое хранилище"
        ),
    },
    "other_database": {
        "en": "{path} is a database but no store of workhours; give another file",
        "ru": "{path} - база данных, но не хранилище workhours; укажите другой файл",
    },
    "other_schema": {
        "en": (
            "the store {path} has schema {version}, and this version of workhours-sla reads schema "
            "{known} only; {remedy}"
        ),
        "ru": (
            "у хранилища {path} схема {version}, а эта версия workhours-sla читает только схему "
            "{known}; {remedy}"
        ),
    },
    "install_later": {
        "en": "install the version that wrote it, or a later one",
        "ru": "установите версию, которая его записала, или более позднюю",
    },
    "read_source_again": {
        "en": "give another file, and let watch read its source again",
        "ru": "укажите другой файл и дайте watch прочитать источник заново",
    },
    "store_closed": {
        "en": "the store {path} is closed; open it again",
        "ru": "хранилище {path} закрыто; откройте его снова",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
