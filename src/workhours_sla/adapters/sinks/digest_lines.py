"""Digests as JSON Lines, as time passes: who is told when, and what is kept so that all is once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec

from workhours_sla.adapters.json.text import escape_control_bytes
from workhours_sla.adapters.sinks.digest import (
    Digest,
    count_changes,
    digest_of,
    targets_of,
    waiting_of,
)
from workhours_sla.adapters.sinks.lines import LineFile, LineForm
from workhours_sla.errors import CalendarCoverageError, StoreError, clipped
from workhours_sla.sla.change import Change
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.worktime.schedule import Schedule

SCHEMA: Final = "workhours.digest/1"

_NOTE: Final = "digests"
_AT_ONCE: Final = 10_000


class Message(msgspec.Struct, frozen=True, tag_field="schema", tag=SCHEMA):
    """One message to one agency, as a line has it; of a digest there may be several parts."""

    message_id: str
    agency_id: str | None
    at: datetime
    part: int
    parts: int
    text: str


class _State(msgspec.Struct, frozen=True):
    """What is kept between two askings; all of it is stored before anything is told."""

    number: int
    """Of the last change that was counted."""
    since: dict[str, datetime] = {}
    """When a schedule's agencies were asked about last within its working time."""
    changed: list[tuple[str | None, dict[str, int]]] = []
    """What became of each agency's clocks since it was told last."""
    messages: list[Message] = []
    """Those of the last asking, which may not have been written."""
    file: str = ""
    end: str | None = None
    """Where that file ended before them."""


class Keeper(Protocol):
    """What digests are made of, and where is kept what was told."""

    def noted(self, key: str) -> str | None:
        """Return what was noted last under a key."""

    def note(self, key: str, text: str) -> None:
        """Keep a text under a key, durably."""

    def changes(self, after: int = 0, most: int = -1) -> Sequence[tuple[int, Change]]:
        """Return the changes after a number, each with its own."""

    def delivered(self, sink: str, number: int) -> None:
        """Take note that the changes up to a number are needed no more."""

    @property
    def last_change(self) -> int:
        """The number of the last change, 0 where there is none."""

    def open_outcomes(self, as_of: datetime) -> Iterator[Outcome]:
        """Yield the outcomes of the appeals of which something is awaited."""


_encode = msgspec.json.Encoder().encode
_decode_state = msgspec.json.Decoder(_State).decode


class _Id(msgspec.Struct):
    schema: Literal["workhours.digest/1"]
    message_id: str


_decode = msgspec.json.Decoder(_Id).decode


def _id_of(line: bytes) -> str:
    return _decode(line).message_id


DIGESTS: Final = LineForm("digests", SCHEMA, _id_of)


def _state_of(noted: str) -> _State:
    try:
        return _decode_state(noted)
    except (ValueError, RecursionError) as error:
        why = clipped(str(error), 200)
        msg = f"the note {_NOTE!r} of the store cannot be read ({why}); restore its last snapshot"
        raise StoreError(msg) from None


class DigestLines:
    """Writes what each agency must know to a file, a line for a message, in its working time.

    ``policy`` is what clocks are held to. ``schedules`` are those that agencies work by, by name,
    ``schedule_of`` names the one of an agency, ``name_of`` is what to call it. The messages of an
    asking and what they rest on are stored first, in one step, and written then: after a crash
    they are written again, and are there once. ``unknown`` is called, once for each schedule,
    where a calendar does not know the date: its agencies are told when it does. ``lost`` is called
    where the file was removed, shortened or changed by another program, and the file is written
    on: messages that were written before are not kept. Raises StoreError.
    """

    def __init__(  # noqa: PLR0913
        self,
        file: Path,
        keeper: Keeper,
        policy: Policy,
        schedules: Mapping[str, Schedule],
        schedule_of: Callable[[str | None], str],
        *,
        name_of: Callable[[str], str] = str,
        unknown: Callable[[CalendarCoverageError], None] = lambda _: None,
        lost: Callable[[], None] = lambda: None,
        lang: str = "en",
    ) -> None:
        self._keeper = keeper
        self._targets = targets_of(policy)
        self._schedules = schedules
        self._schedule_of = schedule_of
        self._name_of = name_of
        self._unknown = unknown
        self._unknown_to: set[str] = set()
        self._lang = lang
        noted = keeper.noted(_NOTE)
        # what changed before the first asking is no news
        self._state = _State(keeper.last_change) if noted is None else _state_of(noted)
        self._asked = max(self._state.since.values(), default=None)
        self._name = str(file.absolute())
        end = self._state.end if self._state.file == self._name else None
        self._file = LineFile(file, DIGESTS, end=end, lost=lambda _cause: lost())
        self._write()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def due(self, now: datetime) -> bool:
        """Whether ``now`` is in another minute than the last asking."""
        return self._asked is None or _minute(now) > _minute(self._asked)

    def ask(self, now: datetime, heard_at: datetime | None = None) -> None:
        """Tell the agencies what they must know at ``now``, up to which all events are in.

        Asked again within a minute it tells nothing. With ``heard_at``, the time of a clock, only
        those are told who are at work then as well; others are when both are within their working
        time. Raises StoreError.
        """
        if not self.due(now):
            return
        self._asked = now
        state = self._state
        at_work = {name for name in self._schedules if self._is_at_work(name, now, heard_at)}
        begun = {name for name in self._schedules if name not in state.since}
        if not at_work and not begun:
            return
        number, changed = self._count()
        messages: list[Message] = []
        if at_work - begun:
            for digest in self._digests(at_work - begun, changed, now):
                changed.pop(digest.agency_id, None)
                messages += _messages(digest, now)
        self._file.check()
        self._state = _State(
            number,
            {**state.since, **dict.fromkeys(at_work | begun, now)},
            [(agency, dict(counts)) for agency, counts in changed.items()],
            messages,
            self._name,
            self._file.end,
        )
        self._keeper.note(_NOTE, _encode(self._state).decode())
        self._keeper.delivered(_NOTE, number)
        self._write()

    def _is_at_work(self, name: str, now: datetime, heard_at: datetime | None) -> bool:
        schedule = self._schedules[name]
        try:
            return all(schedule.is_working(at) for at in (now, heard_at or now))
        except CalendarCoverageError as error:
            self._miss(name, error)
            return False

    def _miss(self, name: str, error: CalendarCoverageError) -> None:
        if name not in self._unknown_to:
            self._unknown_to.add(name)
            self._unknown(error)

    def _count(self) -> tuple[int, dict[str | None, Counter[str]]]:
        """Return the last change, and what changed for each agency since it was told last."""
        number = self._state.number
        changed = {agency: Counter(counts) for agency, counts in self._state.changed}
        while found := self._keeper.changes(number, _AT_ONCE):
            number = found[-1][0]
            for agency, counts in count_changes(change for _, change in found).items():
                changed.setdefault(agency, Counter()).update(counts)
        return number, changed

    def _digests(
        self, at_work: set[str], changed: Mapping[str | None, Counter[str]], now: datetime
    ) -> Iterator[Digest]:
        waiting = waiting_of(self._keeper.open_outcomes(now))
        for agency in sorted({*changed, *waiting}, key=lambda id_: (id_ is None, id_ or "")):
            name = self._schedule_of(agency)
            if name not in at_work:
                continue
            try:
                digest = digest_of(
                    agency,
                    changed.get(agency, {}),
                    waiting.get(agency, ()),
                    self._schedules[name],
                    since=self._state.since[name],
                    now=now,
                    targets=self._targets,
                    lang=self._lang,
                    name=None if agency is None else self._name_of(agency),
                )
            except CalendarCoverageError as error:
                self._miss(name, error)
                continue
            if digest is not None:
                yield digest

    def _write(self) -> None:
        messages = self._state.messages
        if messages:
            self._file.add({one.message_id: _line(one) for one in messages})


def _line(message: Message) -> bytes:
    return escape_control_bytes(_encode(message))


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def _messages(digest: Digest, now: datetime) -> Iterable[Message]:
    at = now.astimezone(UTC)
    for part, text in enumerate(digest.messages, 1):
        id_ = f"{digest.agency_id or ''}/{at:%Y-%m-%dT%H:%M:%S.%fZ}/{part}"
        yield Message(id_, digest.agency_id, at, part, len(digest.messages), text)
