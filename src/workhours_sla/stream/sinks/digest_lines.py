"""Write digests to a file of JSON Lines: each message once, in the working time of its agency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from workhours_sla.argument_types import checked
from workhours_sla.errors import CalendarCoverageError, StoreError, clipped
from workhours_sla.json.text import escape_control_bytes
from workhours_sla.module_names import public
from workhours_sla.stream.delivery import Outbox
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest import (
    Agency,
    Digest,
    count_changes,
    digest_of,
    targets_of,
    waiting_of,
)
from workhours_sla.stream.sinks.line_file import LineFile, LineForm
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

SCHEMA: Final = "workhours.digest/1"

_NOTE: Final = "digests"
"""The key under which the store keeps the state of the digests."""
_AT_ONCE: Final = 10_000
"""Number of changes that are read from the store at a time."""


class Message(msgspec.Struct, frozen=True, tag_field="schema", tag=SCHEMA):
    """One message to one agency: number ``part`` of the ``parts`` messages in a digest."""

    message_id: str
    agency_id: str | None
    at: datetime
    part: int
    parts: int
    text: str


class _State(msgspec.Struct, frozen=True):
    """The state that ``write`` stores before it writes the messages to the file."""

    number: int
    """The number of the last change included in ``changed``."""
    since: dict[str, datetime] = {}
    """The time of the last call within the working time of each schedule, by schedule name."""
    changed: list[tuple[str | None, dict[str, int]]] = []
    """The changes of each agency since its last message, counted by kind."""
    messages: list[Message] = []
    """The messages of the last call; they may not be in the file yet."""
    file: str = ""
    end: str | None = None
    """The file's property ``end`` before the messages were written."""


class DigestStore(Outbox, Protocol):
    """A store of changes that also keeps the state of digests."""

    def noted(self, key: str) -> str | None:
        """Return the text that was last stored under a key, or None."""

    def note(self, key: str, text: str) -> None:
        """Store a text under a key, so that it survives a crash."""

    @property
    def last_change(self) -> int:
        """The number of the last change, or 0 if there is none."""


@public("workhours_sla.stream")
class Agencies(NamedTuple):
    """The working time and the names of agencies.

    ``schedules`` is keyed by the schedule's name. ``schedule_of`` returns the name of an agency's
    schedule, and ``name_of`` the agency's name in messages.
    """

    schedules: Mapping[str, Schedule]
    schedule_of: Callable[[str | None], str]
    name_of: Callable[[str], str] = str


_encode = msgspec.json.Encoder().encode
_decode_state = msgspec.json.Decoder(_State).decode


DIGESTS: Final = LineForm("digests", SCHEMA, "message_id")


def _state_of(noted: str) -> _State:
    """Parse the state that is stored between two calls. Raises StoreError."""
    try:
        return _decode_state(noted)
    except (ValueError, RecursionError) as error:
        why = clipped(str(error), 200)
        raise StoreError(say("note_unreadable", note=repr(_NOTE), why=why)) from None


@public("workhours_sla.stream")
@checked
class DigestLines:
    """Writes messages to agencies to a file, one per line, each in its agency's working time.

    ``write`` stores its messages and its state in one step, and then writes the messages to the
    file. After a crash, stored messages that the file does not have are written, so that the file
    has each message once. ``unknown`` is called once for each schedule whose calendar does not
    cover the date; the agencies with that schedule get their messages as soon as the calendar
    covers the date. ``lost`` is called if another program removed, shortened or changed the file;
    then earlier messages are lost, and later messages are written. ``on_written`` is called with
    messages that are in the file, and after a crash again with the last ones. Raises StoreError.

    >>> from tempfile import TemporaryDirectory
    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import Pipeline, SqliteStore
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> with TemporaryDirectory() as folder:
    ...     store = SqliteStore(Path(folder, "appeals.db"))
    ...     with Pipeline(store, policy) as pipeline:
    ...         agencies = Agencies({"office": office}, lambda agency_id: "office")
    ...         lines = DigestLines(Path(folder, "digests.jsonl"), store, pipeline, agencies)
    ...         lines.write(datetime(2025, 3, 12, 9, 0, tzinfo=office.tz))
    ...         lines.close()
    """

    def __init__(
        self,
        file: Path,
        store: DigestStore,
        pipeline: Pipeline,
        agencies: Agencies,
        *,
        unknown: Callable[[CalendarCoverageError], None] = lambda _: None,
        lost: Callable[[], None] = lambda: None,
        on_written: Callable[[Sequence[Message]], object] = lambda _messages: None,
        lang: str = "en",
    ) -> None:
        self._store = store
        self._pipeline = pipeline
        self._targets = targets_of(pipeline.policy)
        self._schedules, self._schedule_of, self._name_of = agencies
        self._unknown = unknown
        self._not_covered: set[str] = set()
        self._lang = lang
        self._on_written = on_written
        noted = store.noted(_NOTE)
        # messages never report changes that were stored before the first digest
        self._state = _State(store.last_change) if noted is None else _state_of(noted)
        self._written: _State | None = None
        """The last state whose messages are all in the file."""
        self._latest = max(self._state.since.values(), default=None)
        self._name = str(file.absolute())
        end = self._state.end if self._state.file == self._name else None
        self._file = LineFile(file, DIGESTS, end=end, lost=lambda _cause: lost())
        self._write_messages()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def due(self, now: datetime) -> bool:
        """Return whether ``now`` is in a later minute than the last call of ``write``."""
        return self._latest is None or _minute(now) > _minute(self._latest)

    def write(self, now: datetime, clock: datetime | None = None) -> None:
        """Write the messages to be sent at ``now``. All events up to ``now`` have arrived.

        A second call within the same minute writes nothing. ``clock`` is the current time. With it
        an agency gets messages only if ``now`` and ``clock`` are both in its working time. Raises
        StoreError. If the messages were stored but the file could not be written, the next call
        begins with these messages.
        """
        if not self.due(now):
            return
        self._latest = now
        self._write_messages()
        state = self._state
        at_work = {name for name in self._schedules if self._is_at_work(name, now, clock)}
        new = {name for name in self._schedules if name not in state.since}
        if not at_work and not new:
            return
        number, changed = self._count()
        messages: list[Message] = []
        if at_work - new:
            for digest in self._digests(at_work - new, changed, now):
                changed.pop(digest.agency_id, None)
                messages += _messages(digest, now)
        self._file.check()
        self._state = _State(
            number,
            {**state.since, **dict.fromkeys(at_work | new, now)},
            [(agency, dict(counts)) for agency, counts in changed.items()],
            messages,
            self._name,
            self._file.end,
        )
        self._store.note(_NOTE, _encode(self._state).decode())
        self._store.acknowledge(_NOTE, [number])
        self._write_messages()

    def _is_at_work(self, name: str, now: datetime, clock: datetime | None) -> bool:
        schedule = self._schedules[name]
        try:
            return all(schedule.is_working(at) for at in (now, clock or now))
        except CalendarCoverageError as error:
            self._report_unknown(name, error)
            return False

    def _report_unknown(self, name: str, error: CalendarCoverageError) -> None:
        if name not in self._not_covered:
            self._not_covered.add(name)
            self._unknown(error)

    def _count(self) -> tuple[int, dict[str | None, Counter[str]]]:
        """Return the number of the last change, and the changes since each agency's last message.

        The changes are counted by kind, and keyed by the agency's id.
        """
        number = self._state.number
        changed = {agency: Counter(counts) for agency, counts in self._state.changed}
        while found := self._store.changes(number, _AT_ONCE):
            number = found[-1][0]
            for agency, counts in count_changes(change for _, change in found).items():
                changed.setdefault(agency, Counter()).update(counts)
        return number, changed

    def _digests(
        self, at_work: set[str], changed: Mapping[str | None, Counter[str]], now: datetime
    ) -> Iterator[Digest]:
        waiting = waiting_of(self._pipeline.open_outcomes(now))
        for agency in sorted({*changed, *waiting}, key=lambda id_: (id_ is None, id_ or "")):
            name = self._schedule_of(agency)
            if name not in at_work:
                continue
            try:
                digest = digest_of(
                    Agency(
                        agency,
                        self._schedules[name],
                        None if agency is None else self._name_of(agency),
                    ),
                    changed.get(agency, {}),
                    waiting.get(agency, ()),
                    since=self._state.since[name],
                    now=now,
                    targets=self._targets,
                    lang=self._lang,
                )
            except CalendarCoverageError as error:
                self._report_unknown(name, error)
                continue
            if digest is not None:
                yield digest

    def _write_messages(self) -> None:
        """Write the messages of the last state to the file, unless they are already written."""
        messages = self._state.messages
        if messages and self._written is not self._state:
            lines = {one.message_id: escape_control_bytes(_encode(one)) for one in messages}
            self._file.add(lines)
            self._on_written(messages)
        self._written = self._state


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def _messages(digest: Digest, now: datetime) -> Iterable[Message]:
    at = now.astimezone(UTC)
    for part, text in enumerate(digest.messages, 1):
        id_ = f"{digest.agency_id or ''}/{at:%Y-%m-%dT%H:%M:%S.%fZ}/{part}"
        yield Message(id_, digest.agency_id, at, part, len(digest.messages), text)
