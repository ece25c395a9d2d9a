"""Words in event types, statuses and flags, and the keys of formats with fixed keys: data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from workhours_sla.config.column_words import plain
from workhours_sla.sla.event import EventType

if TYPE_CHECKING:
    from workhours_sla.config.sections import Format

_EVENTS: Final = {
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
"""The known names of event types, in the form that ``plain`` returns."""
_STATUSES: Final = {
    "open": "новое, новая, новый, поступило, зарегистрировано, принято, назначено, в работе, "
    "на рассмотрении, рассматривается, на исполнении, исполняется, в обработке, обрабатывается, "
    "у исполнителя, передано исполнителю, new, open, registered, "
    "assigned, in progress, work in progress, active",
    "paused": "приостановлено, пауза, на паузе, ожидание ответа заявителя, ожидание гражданина, "
    "запрошена информация у заявителя, on hold, paused, pending customer, suspended, "
    "awaiting user info, waiting for customer",
    "answered": "отвечено, ответ дан, дан ответ, ответ опубликован, ответ размещен, "
    "ответ направлен, answered, replied, responded",
    "closed": "закрыто, закрыта, закрыт, в архиве, closed, archived",
}

_UNANSWERED: Final = (
    "в процессе, готовится, готовится ответ, ответ готовится, подготовка ответа, ожидается, "
    "ожидает ответа, ожидание ответа, ждет ответа, пока нет, еще нет, нет пока, ответа пока нет, "
    "пока нет ответа, ответа еще нет, еще не отвечено, не исполнено, не выполнено, не решено, "
    "не рассмотрено, не закрыто, не готово, открыто, pending, in process, processing, ongoing, "
    "under review, waiting, awaiting answer, awaiting reply, awaiting response, not yet, tbd, "
    "no response, not answered, not replied, not resolved, not closed, unresolved, offen, "
    "noch offen, in bearbeitung"
)
"""Texts in a column of answers that mean no answer yet, besides the statuses of open appeals."""


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split(", ")}


_EVENT_OF: Final = _by_word(_EVENTS) | {one.replace("_", " "): one.value for one in EventType}
_MEANING_OF: Final = _by_word(_STATUSES)
_NOT_YET: Final = frozenset(_UNANSWERED.split(", "))
_STOPPED: Final = (
    *("отозван", "отзыв", "отмен", "удален", "дубл", "спам", "черновик", "отклон", "отказ"),
    *("объедин", "аннулир", "withdraw", "cancel", "delet", "duplic", "spam", "draft", "reject"),
    *("declin", "merged", "invalid", "приостан", "пауз", "paus", "suspend"),
)
"""Word beginnings in statuses of appeals that need no answer, or no answer yet."""
_STOPPED_PHRASES: Final = (
    *("не треб", "не подтвержд", "не подлежит", "нерелевант", "без рассмотрения", "not required"),
    *("no action", "no answer needed", "no reply needed"),
)
_ANSWERED: Final = re.compile(
    r"(?:отвечен|решен|исполнен|выполнен|завершен|обработан|закрыт)(?:о|а|ы)?"
    r"|answered|replied|responded|closed|resolved|completed|done|fixed|solved"
)
"""Matches words in statuses of appeals that were answered or closed."""
_NOT: Final = frozenset({"не", "нет", "без", "not", "no"})
_REQUIRED: Final = re.compile(r"треб\w+ ответ\w*|ответ\w* треб\w+|(?:needs|requires) (?:an )?\w+")
"""Matches names of columns that state whether an appeal must be answered."""
_NO: Final = frozenset({"нет", "не", "no", "n", "false", "0", "0.0", "-", "—", "–", "none", "null"})
_INTERIM: Final = ("промежуточн", "предварительн", "interim", "preliminary")
_CITIZENS: Final = (
    *("жител", "гражд", "заявител", "пользовател", "автор обращ", "citizen", "resident"),
    *("customer", "requester", "end user", "user"),
)
_AUTHORS: Final = (
    *("автор", "роль", "кто", "отправител", "инициатор", "участник", "author", "role", "actor"),
    *("sender", "performed by", "created by", "updated by"),
)
BEFORE: Final = frozenset(
    (
        *("старый статус", "предыдущий статус", "прежний статус", "исходный статус", "из статуса"),
        *("статус до", "был статус", "статус из", "old status", "previous status", "prev status"),
        *("from status", "status from", "from state", "old state", "previous state", "old value"),
    )
)
"""Names of columns that contain the previous status in a log of status changes."""
THREADS: Final = frozenset(
    (
        *("comments", "messages", "history", "notes", "updates", "events", "log", "thread"),
        *("conversations", "activities", "комментарии", "сообщения", "история"),
    )
)
"""JSON keys of nested lists that may contain answers."""


REPLIES: Final = frozenset(("reply to message id", "reply to", "in reply to", "ответ на сообщение"))
"""Names of columns that contain the message to which a row replies."""


_SPANS: Final = (
    "ч, час, часов, часы, часах, мин, минут, минуты, минутах, дн, дней, днях, длительность, h, hr, "
    "hrs, hour, hours, min, mins, minute, minutes, sec, seconds, days, duration"
)
"""Words in names of columns that contain how long something took."""


def says_span(name: str) -> bool:
    """Whether a column contains how long something took, such as ``Response time (in hrs)``."""
    return not set(_SPANS.split(", ")).isdisjoint(plain(name).split())


def event_type(value: str) -> str | None:
    return _EVENT_OF.get(plain(value))


def status_meaning(value: str) -> str | None:
    """Return open, paused, answered or closed as the meaning of a status, None if it is unknown."""
    return _MEANING_OF.get(plain(value))


def says_unanswered(text: str) -> bool:
    """Whether a text in place of an answer's time says that there is no answer yet.

    >>> says_unanswered("На исполнении"), says_unanswered("Переадресовано")
    (True, False)
    """
    if text[:1].isdigit():  # most texts are times
        return False
    return plain(text) in _NOT_YET or status_meaning(text) == "open"


def may_need_no_answer(status: str) -> bool:
    text = plain(status)
    return (
        status_meaning(status) == "paused"
        or any(word.startswith(_STOPPED) for word in text.split())
        or any(phrase in text for phrase in _STOPPED_PHRASES)
    )


def may_be_answered(status: str) -> bool:
    """Whether a status may mean that an appeal has been answered or closed.

    >>> may_be_answered("Решено"), may_be_answered("Не решено"), may_be_answered("У исполнителя")
    (True, False, False)
    """
    if status_meaning(status) in ("answered", "closed") or event_type(status) == "replied":
        return True
    words = plain(status).split()
    return _NOT.isdisjoint(words) and any(map(_ANSWERED.fullmatch, words))


def stops(name: str, values: Mapping[str, int], filled: int) -> bool:
    """Whether a column may mark appeals that need no answer, by its values and filled cells.

    >>> stops("Дубликат", {"да": 1, "нет": 2}, 3), stops("Требуется ответ", {"нет": 2}, 2)
    (True, True)
    """
    denied = sum(count for value, count in values.items() if value.lower() in _NO)
    if _REQUIRED.fullmatch(plain(name)):
        return denied > 0
    return may_need_no_answer(name) and filled > denied


def may_be_interim(value: str) -> bool:
    return plain(value).startswith(_INTERIM)


def has_citizens(name: str, values: Iterable[str]) -> bool:
    """Whether a column contains authors of answers, and some of them may be citizens."""
    return plain(name).startswith(_AUTHORS) and any(
        plain(value).startswith(_CITIZENS) for value in values
    )


class Signature(NamedTuple):
    """A format, and the sets of JSON keys, XML elements or CSV columns of which it has one."""

    format: Format
    keys: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    kind: str | None = None


_SIGNATURES: Final = (
    Signature("vk_callback", ("type group_id object", "type group_id event_id v")),
    Signature("vk", ("response items parents_stack", "items from_id post_id parents_stack")),
    Signature("ok", ("comments discussionId", "comments date_ms author_id")),
    Signature("max", ("update_type timestamp",)),
    Signature("telegram", ("messages date_unixtime", "chats about")),
    Signature(
        "open311",
        ("service_request_id requested_datetime", "service_request_id update_id"),
        ("service_requests request", "service_request_updates request_update"),
    ),
    Signature("cloudevents", ("specversion id source type",)),
    Signature("zendesk", ("ticket_metric_events", "ticket_audits", "audits")),
    Signature(
        "zammad",
        (
            *("number first_response_escalation_at", "history o_id object created_at"),
            "ticket_id sender_id internal created_at",
        ),
    ),
    Signature("jira", ("completedCycles", "ongoingCycle"), kind="appeals"),
    Signature(
        "servicenow",
        columns=("stage has_breached start_time end_time", "sla stage planned_end_time"),
        kind="appeals",
    ),
)
"""The formats with fixed keys. A file that matches several formats counts as none of them."""
_KEY: Final = re.compile(r'"([\w:.-]{1,60})"\s*:')
_ELEMENT: Final = re.compile(r"<(?:[\w.-]+:)?([\w.-]{1,60})[\s>/]")


def signature_of(text: str) -> Signature | None:
    """Return the signature that the beginning of a file matches, None if none or several match."""
    at = {"{": 0, "[": 0, "<": 1}.get(text[:1], 2)
    first = re.split(r'[",;\t|]+', text.splitlines()[0] if text else "")
    columns = [*first, *(cell.removeprefix("task.") for cell in first)]
    found = {*(_KEY.findall(text), _ELEMENT.findall(text), columns)[at]}
    matching = [
        one
        for one in _SIGNATURES
        if any(found.issuperset(keys.split()) for keys in (one.keys, one.elements, one.columns)[at])
    ]
    return matching[0] if len(matching) == 1 else None
