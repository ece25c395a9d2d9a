"""Compose digests as time passes, and store them in the outbox, from which sinks send them.

A digest is the messages to one agency at one time, about overdue and open appeals and changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

import msgspec

from workhours_sla.argument_types import checked
from workhours_sla.errors import CalendarCoverageError, StoreError, clipped
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import outcomes_of
from workhours_sla.sla.event import NEVER
from workhours_sla.sla.outcome import Outcome
from workhours_sla.stores.store import Store
from workhours_sla.stores.store_values import StoredDigest
from workhours_sla.stream.pipeline import Pipeline
from workhours_sla.text import catalog, words
from workhours_sla.text.amounts import format_amount
from workhours_sla.text.catalog import Texts
from workhours_sla.text.messages import say
from workhours_sla.worktime.schedule import Schedule

THRESHOLDS: Final = (50, 75, 100)
"""An agency gets a message when an appeal has used one of these percentages of its budget."""
LONGEST: Final = 4096  # maximum number of characters in a message

_NAME: Final = "digests"
"""The key of the state in the store, and the name under which counted changes are acknowledged."""
_AT_ONCE: Final = 10_000  # number of changes that are read from the store at a time
_RETRACTED: Final = "retracted"  # the kind under which retractions are counted
_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_PHRASES: Final = Texts("digests.digest")
Waiting = Sequence[tuple[Outcome, int | None]]
"""Unanswered outcomes, each with the percentage of its budget that it has just passed."""


class _State(msgspec.Struct, frozen=True):
    """The state that is stored with the digests."""

    since: dict[str, datetime] = {}
    """The time of the last call within the working time of each schedule, by schedule name."""
    changed: list[tuple[str | None, dict[str, int]]] = []
    """The changes of each agency since its last message, counted by kind."""


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


@checked
class DigestWriter:
    """Writes messages for agencies into a store's outbox, each in its agency's working time.

    Sinks such as ``DigestLines`` then receive them through ``Delivery``. ``write`` stores the
    messages and what they depend on in one step, so that each change is reported once.

    Messages are sent only within the agency's working time, and only if there is an appeal to
    answer or a change to report. They are sent when a working day has begun, and when an unanswered
    appeal has passed 50, 75 or 100 % of its budget, counted in working time of the target's
    schedule. If the budget is not a timedelta, the time used is compared with the working time from
    the start to the due time. A message has at most 4,096 characters. ``unknown``
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
        store: Store,
        pipeline: Pipeline,
        agencies: Agencies,
        *,
        unknown: Callable[[CalendarCoverageError], None] = lambda _: None,
        lang: str = "en",
    ) -> None:
        self._store = store
        self._pipeline = pipeline
        self._targets = {target.name: target for target in pipeline.policy.targets}
        self._agencies = agencies
        self._unknown = unknown
        self._not_covered: set[str] = set()
        self._lang = lang
        noted = store.noted(_NAME)
        # messages never report changes that were stored before the first digest
        self._number = store.last_change if noted is None else store.progress(_NAME).number
        try:
            self._state = _State() if noted is None else msgspec.json.decode(noted, type=_State)
        except (ValueError, RecursionError) as error:
            why = clipped(str(error), 200)
            raise StoreError(say("note_unreadable", note=repr(_NAME), why=why)) from None
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
        opened = {name for name in at_work - new if _has_opened(schedules[name], since[name], now)}
        found: list[StoredDigest] = []
        for agency, texts in self._digests(at_work - new, opened, changed, now).items():
            changed.pop(agency, None)
            recipients = self._agencies.recipients.get(agency or "", ())
            found += [
                StoredDigest(agency, now.astimezone(UTC), texts, recipient)
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
        with self._noting_unknown(name):
            return all(self._agencies.schedules[name].is_working(at) for at in (now, clock or now))
        return False

    @contextmanager
    def _noting_unknown(self, name: str) -> Iterator[None]:
        """Leave the block if the calendar of a schedule does not cover a date; say it once."""
        try:
            yield
        except CalendarCoverageError as error:
            if name not in self._not_covered:
                self._not_covered.add(name)
                self._unknown(error)

    def _count(self) -> tuple[int, dict[str | None, Counter[str]]]:
        """Return the number of the last change, and each agency's counts since its last message."""
        number = self._number
        changed = {agency: Counter(counts) for agency, counts in self._state.changed}
        while found := self._store.changes(number, _AT_ONCE):
            number = found[-1][0]
            for _, change in found:
                kind = _RETRACTED if change.retracts is not None else change.kind.value
                changed.setdefault(change.agency_id, Counter())[kind] += 1
        return number, changed

    # -- which agencies get a digest -----------------------------------------------------------

    def _digests(
        self,
        at_work: set[str],
        opened: set[str],
        changed: Mapping[str | None, Counter[str]],
        now: datetime,
    ) -> dict[str | None, tuple[str, ...]]:
        """Return the texts to the agencies that are at work by one of these schedules."""
        # only appeals are looked at that have changed, that may have passed a share of their
        # budget, or whose agency gets a digest
        schedule_of = self._agencies.schedule_of
        with self._pipeline.store.lock:
            touched = set(self._touched)
            self._touched.clear()
        try:
            asked = touched.union(
                appeal_id
                for appeal_id, (agency, at) in self._next.items()
                if at <= now and schedule_of(agency) in at_work
            )
            looked = self._look_at(asked, at_work, now)
            for appeal_id in asked:
                self._next.pop(appeal_id, None)
            self._next |= {key: (one.agency_id, one.next_at) for key, one in looked.items()}
            agencies = {one.agency_id for one in looked.values() if any(p for _, p in one.waiting)}
            of_all = {*changed, *(agency for agency, _ in self._next.values())} if opened else ()
            agencies |= {one for one in of_all if schedule_of(one) in opened}
            others = [key for key, (agency, _) in self._next.items() if agency in agencies]
            looked |= self._look_at([key for key in others if key not in looked], at_work, now)
            waiting: dict[str | None, list[tuple[Outcome, int | None]]] = {}
            for one in looked.values():
                waiting.setdefault(one.agency_id, []).extend(one.waiting)
            agencies -= {one.agency_id for one in looked.values() if not one.is_covered}
            return {
                one: self._texts(one, changed.get(one, {}), waiting.get(one, ()), now)
                for one in sorted(agencies, key=lambda id_: (id_ is None, id_ or ""))
                if changed.get(one) or waiting.get(one)
            }
        except BaseException:
            self._touched.update(touched, self._next)  # the next call looks at everything
            raise

    def _look_at(
        self, appeal_ids: Iterable[str], at_work: set[str], now: datetime
    ) -> dict[str, _Open]:
        """Return the appeals that need an answer, keyed by id."""
        found = {}
        for appeal_id, folded in self._pipeline.folds(sorted(appeal_ids)):
            outcomes = unanswered(outcomes_of(folded, now))
            starts = [clock.started_at for clock in folded.clocks if clock.started_at > now]
            if outcomes or starts:
                agency = folded.appeal.attributes.agency_id
                found[appeal_id] = self._looked_at(agency, outcomes, starts, at_work, now)
        return found

    def _looked_at(
        self,
        agency: str | None,
        outcomes: Sequence[Outcome],
        starts: Sequence[datetime],
        at_work: set[str],
        now: datetime,
    ) -> _Open:
        name = self._agencies.schedule_of(agency)
        if name not in at_work:
            return _Open(agency, [], now)
        schedule, since = self._agencies.schedules[name], self._state.since[name]
        was_closed = not schedule.is_working(since)
        waiting: list[tuple[Outcome, int | None]] = []
        next_at = min(starts, default=NEVER)
        for outcome in outcomes:
            target = self._targets.get(outcome.target)
            runs_on = (target and target.schedule_for(outcome)) or schedule
            with self._noting_unknown(name):
                passed = _passed_share(outcome, runs_on, since, now, was_closed=was_closed)
                next_at = min(next_at, _next_share(outcome, runs_on, now))
                waiting.append((outcome, passed))
        is_covered = len(waiting) == len(outcomes)
        return _Open(agency, waiting, next_at if is_covered else now, is_covered)

    def _texts(
        self, agency: str | None, changed: Mapping[str, int], waiting: Waiting, now: datetime
    ) -> tuple[str, ...]:
        tz = self._agencies.schedules[self._agencies.schedule_of(agency)].tz
        with catalog.language(self._lang):
            name = None if agency is None else self._agencies.name_of(agency) or agency
            time = words.minute_text(now.astimezone(tz), weekday=True)
            head = f"{name or _PHRASES.text('no_agency')} · {time}"
            return tuple(_messages([head, *_lines(changed, waiting, now, tz)]))


class _Open(NamedTuple):
    """An appeal that needs an answer, and when it can next pass a share of its budget."""

    agency_id: str | None
    waiting: Waiting
    next_at: datetime
    is_covered: bool = True


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def unanswered(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [one for one in outcomes if one.verdict in _WAITING and one.answered_at is None]


# -- shares of a budget ------------------------------------------------------------------------


def _has_opened(schedule: Schedule, since: datetime, now: datetime) -> bool:
    """Return whether the first shift of a day began after ``since`` and not after ``now``."""
    for stretch in schedule.intervals(since, now + timedelta.resolution):
        opening = stretch.start.astimezone(schedule.tz)
        midnight = opening.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if stretch.start > since and not schedule.intervals(midnight, opening):
            return True
    return False


def _passed_share(
    outcome: Outcome, schedule: Schedule, since: datetime, now: datetime, *, was_closed: bool
) -> int | None:
    """Return the highest percentage of THRESHOLDS that was passed after ``since``, or None."""
    # if the agency was closed at ``since``, a percentage reached exactly at closing counts
    used, whole = outcome.elapsed, _whole_budget(outcome, schedule, now)
    if used is None or whole is None or outcome.verdict is Verdict.PAUSED:
        return None
    started = outcome.started_at or outcome.posted_at
    before = used
    if started < now:
        before -= schedule.elapsed(max(since, started), now, pauses=outcome.pauses)
    for percent in reversed(THRESHOLDS):
        share = whole * percent / 100
        if before < share <= used or (was_closed and before == share):
            return percent
    return None


def _whole_budget(outcome: Outcome, schedule: Schedule, now: datetime) -> timedelta | None:
    """Return the budget as working time; None if it is unknown."""
    if isinstance(outcome.budget, timedelta):
        return outcome.budget
    if outcome.elapsed is None or outcome.due_at is None:
        return None
    return outcome.elapsed + schedule.elapsed(now, outcome.due_at)


def _next_share(outcome: Outcome, schedule: Schedule, now: datetime) -> datetime:
    """Return an instant before which an outcome passes no percentage after ``now``."""
    used, whole = outcome.elapsed, _whole_budget(outcome, schedule, now)
    if used is None or whole is None:
        return now
    if outcome.pauses and not isinstance(outcome.budget, timedelta):
        return now  # the budget changes as a pause goes on
    left = [whole * percent / 100 - used for percent in THRESHOLDS]
    nearest = min((one for one in left if one >= timedelta(0)), default=None)
    if nearest is None:
        return NEVER
    return schedule.deadline(now, nearest) if nearest else now


# -- the texts ---------------------------------------------------------------------------------


def _lines(
    changed: Mapping[str, int], waiting: Waiting, now: datetime, tz: tzinfo
) -> Iterator[str]:
    def urgency(row: tuple[Outcome, int | None]) -> tuple[bool, datetime, str]:
        due = row[0].due_at
        return due is None, due or now, row[0].appeal_id

    if changed:
        words_of = {**catalog.CHANGES, _RETRACTED: ""}
        counts = [
            f"{word} {changed[kind]}" if word else _PHRASES.text(kind, count=changed[kind])
            for kind, word in words_of.items()
            if changed.get(kind)
        ]
        yield _PHRASES.text("since", counts=", ".join(counts))
    for title, is_late in (("late", True), ("open", False)):
        rows = [row for row in waiting if (row[0].verdict is Verdict.BREACHED) is is_late]
        if rows:
            yield ""
            yield _PHRASES.text(title, count=len(rows))
            for outcome, passed in sorted(rows, key=urgency):
                yield _line(outcome, tz, passed)


def _line(outcome: Outcome, tz: tzinfo, passed: int | None) -> str:
    facts = []
    if outcome.verdict is Verdict.PAUSED:
        facts.append(catalog.VERDICTS["paused"])
    if outcome.due_at is not None:
        facts.append(
            _PHRASES.text(
                "due", when=words.minute_text(outcome.due_at.astimezone(tz), weekday=True)
            )
        )
    if outcome.overdue:
        facts.append(_PHRASES.text("over", amount=_whole(outcome.overdue)))
    elif outcome.remaining is not None:
        facts.append(_PHRASES.text("left", amount=_whole(outcome.remaining)))
    if passed is not None:
        facts.append(_PHRASES.text("used", percent=passed))
    target = words.target_name(outcome.target)
    return f"• {outcome.appeal_id}, {target}: {', '.join(facts)}"


def _whole(amount: timedelta) -> str:
    return format_amount(amount - amount % timedelta(seconds=1))


def _messages(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to messages of at most LONGEST characters; yield as few messages as possible."""
    message = ""
    for line in lines:
        whole = line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
        if message and len(message) + 1 + len(whole) > LONGEST:
            yield message.rstrip("\n")
            message = ""
        message = f"{message}\n{whole}" if message else whole
    if message:
        yield message
