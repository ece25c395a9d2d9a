"""The sentences about exports of social networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workhours_sla.text.words import Words

NETWORKS: Final[Mapping[str, Words]] = {
    "network_vk": {"en": "VK", "ru": "ВКонтакте"},
    "network_ok": {"en": "Odnoklassniki", "ru": "Одноклассники"},
    "network_max": {"en": "MAX", "ru": "MAX"},
    "network_telegram": {"en": "Telegram", "ru": "Telegram"},
    "official_malformed": {
        "en": (
            "officials: {id} under [input] is not the id of an author in {network}; write it like "
            '"{example}"'
        ),
        "ru": (
            "officials: {id} в разделе [input] - не номер автора ({network}); напишите, например, "
            '"{example}"'
        ),
    },
    "official_unmet": {
        "en": "{id} under officials in [input] wrote none of the comments; check the id",
        "ru": "{id} из officials в разделе [input] не писал ни одного комментария; проверьте номер",
    },
    "records_ignored": {
        "en": "records without an event: {count} ({counts})",
        "ru": "записей без событий: {count} ({counts})",
    },
    "ignored_community_post": {
        "en": "comments of the community that answer no citizen: {count}",
        "ru": "комментариев самого сообщества, не отвечающих гражданам, - {count}",
    },
    "ignored_deleted_comment": {
        "en": "deleted comments without author and time of deletion: {count}",
        "ru": "удалённых комментариев без автора и времени удаления - {count}",
    },
    "ignored_deleted_reply": {
        "en": "deletions of replies, which stay counted as given: {count}",
        "ru": "удалений ответов (сам ответ учтён как данный) - {count}",
    },
    "ignored_no_receipt": {
        "en": "edits and deletions without a time of receipt: {count}",
        "ru": "правок и удалений без времени получения - {count}",
    },
    "ignored_other_record": {
        "en": "records of other kinds: {count}",
        "ru": "записей другого рода - {count}",
    },
    "ignored_outside_groups": {
        "en": "messages of private chats: {count}",
        "ru": "сообщений из личных чатов - {count}",
    },
    "ignored_repeated": {
        "en": "repeated deliveries: {count}",
        "ru": "повторных доставок - {count}",
    },
    "ignored_under_deleted": {
        "en": "comments under deleted ones: {count}",
        "ru": "комментариев под удалёнными - {count}",
    },
    "thread_incomplete": {
        "en": (
            "the thread of comment {id} has {count} comments, and the file has {read} of them; add "
            "the others, with comment_id = {id}"
        ),
        "ru": (
            "в ветке комментария {id} комментариев: {count}, а в файле их {read}; добавьте "
            "остальные (запрос с comment_id = {id})"
        ),
    },
    "comments_missing": {
        "en": (
            "the file has {read} of {count} comments of lists whose pages are missing (lists: "
            "{lists}); appeals and answers that it lacks are not counted"
        ),
        "ru": (
            "в файле нет части страниц с комментариями (списков: {lists}): прочитано {read} из "
            "{count}; обращения и ответы, которых нет в файле, не учтены"
        ),
    },
    "discussion_open": {
        "en": (
            "the last page of {count} discussions is missing (has_more), such as {id}; answers "
            "that the file lacks are not counted"
        ),
        "ru": (
            "в файле нет последней страницы обсуждений (has_more): {count}, например {id}; ответы, "
            "которых нет в файле, не учтены"
        ),
    },
    "answers_unknown": {
        "en": "comment {id} does not name the comment that it answers",
        "ru": "в комментарии {id} не указано, на какой комментарий это ответ",
    },
    "other_community": {
        "en": (
            "{name} {id} is another community; if it answers for yours, add it to officials under "
            "[input]"
        ),
        "ru": (
            "{name} {id} - другое сообщество; если оно отвечает за ваше, добавьте его в officials "
            "в разделе [input]"
        ),
    },
    "other_message": {
        "en": "{type} is not a known type of comment",
        "ru": "{type} - неизвестный вид комментария",
    },
    "network_time": {
        "en": "{name} {value} is not a time after 2000 in the unit of the network",
        "ru": "{name} {value} - не время после 2000 года в единицах этой сети",
    },
    "ok_no_time": {
        "en": "the comment has neither date_ms nor an id with the time; its date has no zone",
        "ru": (
            "в комментарии нет ни date_ms, ни номера со временем; у поля date не указан часовой "
            "пояс"
        ),
    },
    "telegram_old": {
        "en": (
            "the message has only a local time without its zone; export it with a newer version of "
            "Telegram Desktop"
        ),
        "ru": (
            "в сообщении только местное время без часового пояса; выгрузите чат новой версией "
            "Telegram Desktop"
        ),
    },
    "format_not_followed": {
        "en": (
            "the format {format} cannot be followed, since its records are no lines; read the file "
            "with check or report"
        ),
        "ru": (
            "за файлом формата {format} нельзя следить: записи в нём не построчные; прочитайте его "
            "командой check или report"
        ),
    },
    "json_fault": {
        "en": "{why}",
        "ru": "{why}",
    },
    "not_an_object": {
        "en": "JSON, but not an object in braces",
        "ru": "это JSON, но не объект в фигурных скобках",
    },
}
"""The sentences, which ``sentences.SENTENCES`` contains."""
