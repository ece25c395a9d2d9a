"""Compose messages to agencies about overdue and open appeals, and about recent changes.

The messages to one agency at one time are a digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import NEVER, in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.text import catalog, words
from workhours_sla.text.catalog import Texts
from workhours_sla.worktime.amounts import format_amount
from workhours_sla.worktime.schedule import Schedule

THRESHOLDS: Final = (50, 75, 100)
"""An agency gets a message when an appeal has used one of these percentages of its budget."""
LONGEST: Final = 4096
"""Maximum number of characters in a message."""

RETRACTED: Final = "retracted"
"""The key under which ``count_changes`` counts retractions; other keys are kinds of changes."""

_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_PHRASES: Final = Texts("digests.digest")


@public("workhours_sla.stream")
class Digest(NamedTuple):
    """The messages to one agency at one time, in the order in which they are sent."""

    agency_id: str | None
    messages: tuple[str, ...]


def count_changes(changes: Iterable[Change]) -> dict[str | None, Counter[str]]:
    """Count the changes of each agency by kind; retractions are a kind of their own.

    The result is keyed by the agency's id, which is None for appeals without an agency.

    >>> from workhours_sla import Event, EventType, Monitor, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> monitor = Monitor(Policy([Target("first reply", working_hours(4), office)]))
    >>> posted = datetime(2025, 3, 12, 10, 15, tzinfo=office.tz)
    >>> event = Event("1", "A-1", EventType.CREATED, posted, posted, agency_id="roads")
    >>> count_changes(monitor.apply(event))
    {'roads': Counter({'opened': 1})}
    """
    found: dict[str | None, Counter[str]] = {}
    for change in changes:
        what = RETRACTED if change.retracts is not None else change.kind.value
        found.setdefault(change.agency_id, Counter())[what] += 1
    return found


def waiting_of(outcomes: Iterable[Outcome]) -> dict[str | None, list[Outcome]]:
    """Return the outcomes without an answer, grouped by the agency's id.

    >>> waiting_of([])
    {}
    """
    found: dict[str | None, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.verdict in _WAITING and outcome.answered_at is None:
            found.setdefault(outcome.agency_id, []).append(outcome)
    return found


def targets_of(policy: Policy) -> dict[str, Target]:
    """Return the targets of a policy, keyed by name.

    >>> from workhours_sla import working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> list(targets_of(Policy([Target("first reply", working_hours(4), office)])))
    ['first reply']
    """
    return {target.name: target for target in policy.targets}


@public("workhours_sla.stream")
class Agency(NamedTuple):
    """An agency: its id, the schedule of its working time, and its name in messages.

    The name is the id by default.
    """

    agency_id: str | None
    schedule: Schedule
    name: str | None = None


def digest_of(
    agency: Agency,
    changed: Mapping[str, int],
    waiting: Sequence[Outcome],
    *,
    since: datetime,
    now: datetime,
    targets: Mapping[str, Target],
    lang: str,
) -> Digest | None:
    """Return the messages to send to an agency at ``now``, or None if there are none to send.

    ``since`` is the time of the last call for this agency. ``changed`` has the agency's changes
    since its last message, counted by ``count_changes``. ``waiting`` has its outcomes as of
    ``now``, from ``waiting_of``. ``targets`` is the result of ``targets_of``.

    Messages are sent only within the agency's working time, and only if there is an appeal to
    answer or a change to report. They are sent when a working day has begun after ``since``, and
    when an unanswered appeal has passed 50, 75 or 100 % of its budget after ``since``. The time
    used is counted in working time of the target's schedule. If the budget is not a timedelta, the
    time used is compared with the working time from the start to the due time. A message has at
    most 4,096 characters. Raises NaiveDatetimeError, CalendarCoverageError.

    >>> from workhours_sla import working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> targets = targets_of(Policy([Target("first reply", working_hours(4), office)]))
    >>> digest = digest_of(
    ...     Agency("roads", office),
    ...     {"opened": 2},
    ...     [],
    ...     since=datetime(2025, 3, 12, 18, 0, tzinfo=office.tz),
    ...     now=datetime(2025, 3, 13, 9, 0, tzinfo=office.tz),
    ...     targets=targets,
    ...     lang="en",
    ... )
    >>> print(*digest.messages)
    roads · Thu 13 Mar 2025 09:00
    Since the last message: opened 2
    """
    with catalog.language(lang):
        agency_id, schedule, name = agency
        since, now = in_utc("since", since), in_utc("now", now)
        if not (changed or waiting) or not schedule.is_working(now):
            return None
        was_closed = not schedule.is_working(since)
        passed: dict[int, int] = {}
        for outcome in waiting:
            runs_on = clock_schedule(outcome, targets) or schedule
            percent = passed_share(outcome, runs_on, since, now, was_closed=was_closed)
            if percent is not None:
                passed[id(outcome)] = percent
        if not passed and not has_opened(schedule, since, now):
            return None
        page = _Page(schedule, now, passed)
        lines = list(page.lines(name or agency_id, changed, waiting))
        return Digest(agency_id, tuple(_messages(lines)))


def has_opened(schedule: Schedule, since: datetime, now: datetime) -> bool:
    """Return whether the first shift of a day began after ``since`` and not after ``now``."""
    for stretch in schedule.intervals(since, now + timedelta.resolution):
        opening = stretch.start.astimezone(schedule.tz)
        midnight = opening.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if stretch.start > since and not schedule.intervals(midnight, opening):
            return True
    return False


def passed_share(
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


def next_share(outcome: Outcome, schedule: Schedule, now: datetime) -> datetime:
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


def clock_schedule(outcome: Outcome, targets: Mapping[str, Target]) -> Schedule | None:
    """Return the schedule of an outcome's target, None if the policy has none for it."""
    target = targets.get(outcome.target)
    return None if target is None else target.schedule_for(outcome)


class _Page:
    """The lines of one agency's digest."""

    def __init__(self, schedule: Schedule, now: datetime, passed: dict[int, int]) -> None:
        self._tz = schedule.tz
        self._now = now
        self._passed = passed

    def lines(
        self, name: str | None, changed: Mapping[str, int], waiting: Sequence[Outcome]
    ) -> Iterator[str]:
        yield f"{name or _PHRASES.text('no_agency')} · {self._time(self._now)}"
        if changed:
            yield _PHRASES.text("since", counts=", ".join(self._counts(changed)))
        late = [outcome for outcome in waiting if outcome.verdict is Verdict.BREACHED]
        rest = [outcome for outcome in waiting if outcome.verdict is not Verdict.BREACHED]
        for title, outcomes in (("late", late), ("open", rest)):
            if outcomes:
                yield ""
                yield _PHRASES.text(title, count=len(outcomes))
                yield from map(self._line, sorted(outcomes, key=self._urgency))

    def _counts(self, changed: Mapping[str, int]) -> Iterator[str]:
        for kind, word in catalog.CHANGES.items():
            if changed.get(kind):
                yield f"{word} {changed[kind]}"
        if changed.get(RETRACTED):
            yield _PHRASES.text("retracted", count=changed[RETRACTED])

    def _urgency(self, outcome: Outcome) -> tuple[bool, datetime, str]:
        due = outcome.due_at
        return due is None, self._now if due is None else in_utc("due_at", due), outcome.appeal_id

    def _line(self, outcome: Outcome) -> str:
        facts = []
        if outcome.verdict is Verdict.PAUSED:
            facts.append(catalog.VERDICTS["paused"])
        if outcome.due_at is not None:
            facts.append(_PHRASES.text("due", when=self._time(outcome.due_at)))
        if outcome.overdue:
            facts.append(_PHRASES.text("over", amount=_whole(outcome.overdue)))
        elif outcome.remaining is not None:
            facts.append(_PHRASES.text("left", amount=_whole(outcome.remaining)))
        if id(outcome) in self._passed:
            facts.append(_PHRASES.text("used", percent=self._passed[id(outcome)]))
        target = words.target_name(outcome.target)
        return f"• {outcome.appeal_id}, {target}: {', '.join(facts)}"

    def _time(self, when: datetime) -> str:
        local = when.astimezone(self._tz)
        day = words.weekdays()[local.weekday()]
        return f"{day} {words.short_date(local.date())} {local:%H:%M}"


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
