"""Words in statuses and flags that may contradict the times of an appeal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from workhours_sla.config.column_words import plain
from workhours_sla.detection.meanings import event_type, status_meaning

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


def may_need_no_answer(status: str) -> bool:
    """Whether a status may mean that an appeal needs no answer, or no answer yet.

    >>> may_need_no_answer("Отозвано"), may_need_no_answer("Не требует ответа")
    (True, True)
    """
    text = plain(status)
    if status_meaning(status) == "paused":
        return True
    return any(word.startswith(_STOPPED) for word in text.split()) or any(
        phrase in text for phrase in _STOPPED_PHRASES
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
    """Whether a column may mark appeals that need no answer.

    ``values`` maps each value to its count. ``filled`` is the number of non-empty cells, which may
    also contain times.

    >>> stops("Дубликат", {"да": 1, "нет": 2}, 3), stops("Дубликат", {"нет": 3}, 3)
    (True, False)
    >>> stops("Требуется ответ", {"да": 1, "нет": 2}, 3)
    True
    """
    denied = sum(count for value, count in values.items() if value.lower() in _NO)
    if _REQUIRED.fullmatch(plain(name)):
        return denied > 0
    return may_need_no_answer(name) and filled > denied


def may_be_interim(value: str) -> bool:
    """Whether a value may mean that an answer is only interim.

    >>> may_be_interim("Промежуточный ответ"), may_be_interim("Ответ")
    (True, False)
    """
    return plain(value).startswith(_INTERIM)


def has_citizens(name: str, values: Iterable[str]) -> bool:
    """Whether a column contains authors of answers, and some of them may be citizens.

    >>> has_citizens("Автор", ["Комитет", "Житель"]), has_citizens("Тема", ["Граждане"])
    (True, False)
    """
    return plain(name).startswith(_AUTHORS) and any(
        plain(value).startswith(_CITIZENS) for value in values
    )
