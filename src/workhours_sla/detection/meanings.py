"""The meanings of common event types and statuses in Russian and English."""

from __future__ import annotations

from typing import Final

from workhours_sla.config.column_words import plain
from workhours_sla.sla.event import EventType

EVENTS: Final = {
    "created": "создано, создание, поступило, поступление, новое, новая, подано, опубликовано, "
    "публикация, обращение создано, заявка создана, created, create, new, opened, open, submitted, "
    "posted, ticket created, create ticket",
    "registered": "зарегистрировано, регистрация, registered, registration, register",
    "assigned": "назначено, назначение, назначен исполнитель, назначен, распределено, передано "
    "исполнителю, направлено исполнителю, assigned, assignment, assign",
    "transferred": "переадресовано, переадресация, перенаправлено, передано в другое ведомство, "
    "переназначено, transferred, transfer, reassigned, forwarded",
    "citizen_message": "сообщение гражданина, уточнение гражданина, citizen message",
    "resumed": "возобновлено, возобновление, снято с паузы, resumed, resume, unpaused",
    "replied": "ответ, ответ дан, дан ответ, отвечено, ответ опубликован, ответ размещен, "
    "ответ направлен, replied, reply, answered, answer, responded, response",
    "paused": "приостановлено, приостановка, пауза, paused, pause, on hold, suspended, suspend",
    "deleted": "удалено, удаление, deleted, delete, removed",
    "restored": "восстановлено, восстановление, restored",
    "closed": "закрыто, закрытие, closed, close",
    "reopened": "открыто повторно, повторно открыто, возвращено в работу, переоткрыто, reopened, "
    "reopen",
}
"""The event type for each known name; names are in the form that ``plain`` returns."""

STATUSES: Final = {
    "open": "новое, новая, новый, поступило, зарегистрировано, принято, назначено, в работе, "
    "на рассмотрении, рассматривается, у исполнителя, передано исполнителю, new, open, registered, "
    "assigned, in progress, work in progress, active",
    "paused": "приостановлено, пауза, на паузе, ожидание ответа заявителя, ожидание гражданина, "
    "запрошена информация у заявителя, on hold, paused, pending customer, suspended",
    "answered": "отвечено, ответ дан, дан ответ, ответ опубликован, ответ размещен, "
    "ответ направлен, answered, replied, responded",
    "closed": "закрыто, закрыта, закрыт, в архиве, closed, archived",
}
"""The meaning of each known status; names are in the form that ``plain`` returns."""


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split(", ")}


_EVENTS: Final = _by_word(EVENTS) | {kind.value.replace("_", " "): kind.value for kind in EventType}
_STATUSES: Final = _by_word(STATUSES)


def event_type(value: str) -> str | None:
    """Return the event type that a value names, None if the value is unknown.

    >>> event_type("Ответ дан"), event_type("Согласовано")
    ('replied', None)
    """
    return _EVENTS.get(plain(value))


def status_meaning(value: str) -> str | None:
    """Return open, paused, answered or closed as the meaning of a status, None if it is unknown.

    >>> status_meaning("В работе"), status_meaning("Решено")
    ('open', None)
    """
    return _STATUSES.get(plain(value))
