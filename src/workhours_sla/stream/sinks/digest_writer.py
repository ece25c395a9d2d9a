"""Compose digests as time passes, and store them in the outbox, from which sinks send them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from workhours_sla.argument_types import checked
from workhours_sla.errors import CalendarCoverageError, StoreError, clipped
from workhours_sla.module_names import public
from workhours_sla.sla.evaluate import outcomes_of
from workhours_sla.sla.event import NEVER
from workhours_sla.sla.outcome import Outcome
from workhours_sla.stream.outbox import Outbox, StoredDigest
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.stream.sinks.digest import (
    Agency,
    Digest,
    clock_schedule,
    count_changes,
    digest_of,
    has_opened,
    next_share,
    passed_share,
    targets_of,
    waiting_of,
)
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

_NAME: Final = "digests"
"""The key of the state in the store, and the name under which counted changes are acknowledged."""
_AT_ONCE: Final = 10_000
"""Number of changes that are read from the store at a time."""


class _State(msgspec.Struct, frozen=True):
    """The state that is stored with the digests."""

    since: dict[str, datetime] = {}
    """The time of the last call within the working time of each schedule, by schedule name."""
    changed: list[tuple[str | None, dict[str, int]]] = []
    """The changes of each agency since its last message, counted by kind."""


@public("workhours_sla.stream")
class Agencies(NamedTuple):
    """The working time, the names and the e-mail addresses of agencies.

    ``schedules`` is keyed by the schedule's name. ``schedule_of`` returns the name of an agency's
    schedule, and ``name_of`` the agency's name in messages. ``recipients`` has the addresses to
    which digests are sent as well, keyed by agency.
    """

    schedules: Mapping[str, Schedule]
    schedule_of: Callable[[str | None], str]
    name_of: Callable[[str], str] = str
    recipients: Mapping[str, Sequence[str]] = {}


@public("workhours_sla.stream")
@checked
class DigestWriter:
    """Writes messages for agencies into a store's outbox, each in its agency's working time.

    Sinks such as ``DigestLines`` then receive them through ``Delivery``. ``write`` stores the
    messages and what they depend on in one step, so that each change is reported once. ``unknown``
    is called once for each schedule whose calendar does not cover the date; the agencies with that
    schedule get their messages as soon as the calendar covers the date. Raises StoreError.

    >>> from workhours_sla import Policy, Schedule, Target, working_hours
    >>> from workhours_sla.stream import MemoryStore, Pipeline
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> store = MemoryStore()
    >>> with Pipeline(store, policy) as pipeline:
    ...     agencies = Agencies({"office": office}, lambda agency_id: "office")
    ...     digests = DigestWriter(store, pipeline, agencies)
    ...     digests.write(datetime(2025, 3, 12, 9, 0, tzinfo=office.tz))
    0
    """

    def __init__(
        self,
        store: Outbox,
        pipeline: Pipeline,
        agencies: Agencies,
        *,
        unknown: Callable[[CalendarCoverageError], None] = lambda _: None,
        lang: str = "en",
    ) -> None:
        self._store = store
        self._pipeline = pipeline
        self._targets = targets_of(pipeline.policy)
        self._agencies = agencies
        self._unknown = unknown
        self._not_covered: set[str] = set()
        self._lang = lang
        noted = store.noted(_NAME)
        # messages never report changes that were stored before the first digest
        self._number = store.last_change if noted is None else store.progress(_NAME).number
        self._state = _State() if noted is None else _state_of(noted)
        self._latest = max(self._state.since.values(), default=None)
        self._touched = pipeline.touched_appeals()
        self._touched.update(pipeline.store.open_ids())
        self._next: dict[str, tuple[str | None, datetime]] = {}
        """The agency of each open appeal, and when one can next pass a share of its budget."""
        store.deliver_to([_NAME])

    def due(self, now: datetime) -> bool:
        """Return whether ``now`` is in a later minute than the last call of ``write``."""
        return self._latest is None or _minute(now) > _minute(self._latest)

    def write(self, now: datetime, clock: datetime | None = None) -> int:
        """Store the messages to be sent at ``now``, and return how many there are.

        Call it when all events up to ``now`` have arrived. A second call within the same minute
        stores nothing. If the current time is given as ``clock``, an agency gets messages only if
        ``now`` and ``clock`` are both in its working time. Raises StoreError.
        """
        if not self.due(now):
            return 0
        schedules, since = self._agencies.schedules, self._state.since
        at_work = {name for name in schedules if self._is_at_work(name, now, clock)}
        new = {name for name in schedules if name not in since}
        if not at_work and not new:
            self._latest = now
            return 0
        number, changed = self._count()
        found: list[StoredDigest] = []
        opened = {name for name in at_work - new if has_opened(schedules[name], since[name], now)}
        for digest in self._digests(at_work - new, opened, changed, now):
            changed.pop(digest.agency_id, None)
            recipients = self._agencies.recipients.get(digest.agency_id or "", ())
            found += [
                StoredDigest(digest.agency_id, now.astimezone(UTC), digest.messages, recipient)
                for recipient in (None, *recipients)
            ]
        state = _State(
            {**since, **dict.fromkeys(at_work | new, now)},
            [(agency, dict(counts)) for agency, counts in changed.items()],
        )
        if found or new or opened:  # else a later run finds the same from the stored state
            note = msgspec.json.encode(state).decode()
            self._store.add_digests(found, number, _NAME, note)
        self._latest, self._number, self._state = now, number, state
        return len(found)

    def _is_at_work(self, name: str, now: datetime, clock: datetime | None) -> bool:
        schedule = self._agencies.schedules[name]
        try:
            return all(schedule.is_working(at) for at in (now, clock or now))
        except CalendarCoverageError as error:
            self._report_unknown(name, error)
            return False

    def _count(self) -> tuple[int, dict[str | None, Counter[str]]]:
        """Return the number of the last change, and the counts of changes since each last message.

        The changes are counted by kind, and keyed by the agency's id.
        """
        number = self._number
        changed = {agency: Counter(counts) for agency, counts in self._state.changed}
        while found := self._store.changes(number, _AT_ONCE):
            number = found[-1][0]
            for agency, counts in count_changes(change for _, change in found).items():
                changed.setdefault(agency, Counter()).update(counts)
        return number, changed

    # -- which agencies get a digest -----------------------------------------------------------

    def _digests(
        self,
        at_work: set[str],
        opened: set[str],
        changed: Mapping[str | None, Counter[str]],
        now: datetime,
    ) -> list[Digest]:
        """Return the digests of the agencies that are at work by one of these schedules.

        Only appeals that have changed or may have passed a share of their budget are looked at, and
        those of the agencies that get a digest.
        """
        with self._pipeline.store.lock:
            touched = set(self._touched)
            self._touched.clear()
        try:
            looked = self._look_at(touched, now)
            for appeal_id in touched:
                self._next.pop(appeal_id, None)
            self._next |= {appeal_id: (one.agency_id, now) for appeal_id, one in looked.items()}
            agencies = self._passing(at_work, looked, now)
            if opened:
                of_all = {*changed, *(agency for agency, _ in self._next.values())}
                agencies |= {one for one in of_all if self._agencies.schedule_of(one) in opened}
            of_agencies = [one for one, (agency, _) in self._next.items() if agency in agencies]
            looked |= self._look_at([one for one in of_agencies if one not in looked], now)
            waiting: dict[str | None, list[Outcome]] = {}
            for one in looked.values():
                waiting.setdefault(one.agency_id, []).extend(one.waiting)
            order = sorted(agencies, key=lambda id_: (id_ is None, id_ or ""))
            digests = [
                self._digest(agency, changed.get(agency, {}), waiting.get(agency, ()), now)
                for agency in order
            ]
        except BaseException:
            self._touched.update(touched, self._next)  # the next call looks at everything
            raise
        return [digest for digest in digests if digest is not None]

    def _look_at(self, appeal_ids: Iterable[str], now: datetime) -> dict[str, _Open]:
        """Return the appeals that need an answer, keyed by id."""
        found = {}
        for appeal_id, folded in self._pipeline.folds(sorted(appeal_ids)):
            groups = waiting_of(outcomes_of(folded, now)).values()
            waiting = [outcome for outcomes in groups for outcome in outcomes]
            starts = [clock.started_at for clock in folded.clocks if clock.started_at > now]
            if waiting or starts:
                found[appeal_id] = _Open(folded.appeal.attributes.agency_id, waiting, starts)
        return found

    def _passing(
        self, at_work: set[str], looked: dict[str, _Open], now: datetime
    ) -> set[str | None]:
        """Return the agencies that have an appeal which has passed a share of its budget."""
        schedules, name_of, *_ = self._agencies
        since = self._state.since
        due = [
            appeal_id
            for appeal_id, (agency, at) in self._next.items()
            if at <= now and name_of(agency) in at_work
        ]
        looked |= self._look_at([one for one in due if one not in looked], now)
        found: set[str | None] = set()
        for appeal_id in due:
            one = looked.get(appeal_id)
            if one is None:
                del self._next[appeal_id]
                continue
            name = name_of(one.agency_id)
            at = min(one.starts, default=NEVER)
            for outcome in one.waiting:
                runs_on = clock_schedule(outcome, self._targets) or schedules[name]
                was_closed = not schedules[name].is_working(since[name])
                try:
                    if passed_share(outcome, runs_on, since[name], now, was_closed=was_closed):
                        found.add(one.agency_id)
                    at = min(at, next_share(outcome, runs_on, now))
                except CalendarCoverageError as error:
                    self._report_unknown(name, error)
                    at = now
            self._next[appeal_id] = (one.agency_id, at)
        return found

    def _digest(
        self,
        agency: str | None,
        changed: Mapping[str, int],
        waiting: Sequence[Outcome],
        now: datetime,
    ) -> Digest | None:
        schedules, schedule_of, name_of, _ = self._agencies
        name = schedule_of(agency)
        try:
            return digest_of(
                Agency(agency, schedules[name], None if agency is None else name_of(agency)),
                changed,
                waiting,
                since=self._state.since[name],
                now=now,
                targets=self._targets,
                lang=self._lang,
            )
        except CalendarCoverageError as error:
            self._report_unknown(name, error)
            return None

    def _report_unknown(self, name: str, error: CalendarCoverageError) -> None:
        if name not in self._not_covered:
            self._not_covered.add(name)
            self._unknown(error)


class _Open(NamedTuple):
    """An appeal that needs an answer: its unanswered outcomes, and when other clocks start."""

    agency_id: str | None
    waiting: list[Outcome]
    starts: list[datetime]


def _state_of(noted: str) -> _State:
    try:
        return msgspec.json.decode(noted, type=_State)
    except (ValueError, RecursionError) as error:
        why = clipped(str(error), 200)
        raise StoreError(say("note_unreadable", note=repr(_NAME), why=why)) from None


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)
