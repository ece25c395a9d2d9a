"""Changes of clocks. A change is emitted once, and retracted if it is no longer true."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial
from itertools import chain, zip_longest
from typing import Any, Final, NamedTuple

from workhours_sla.module_names import public
from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.pauses import since_of, until_of


@public()
class ChangeKind(StrEnum):
    """The kinds of changes, in the order in which changes with the same instant are emitted.

    >>> print(*list(ChangeKind)[:3])
    opened due_changed paused
    """

    OPENED = "opened"
    DUE_CHANGED = "due_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


@public()
class Change(NamedTuple):
    """A change of a clock: a fact that became true, or the retraction of an earlier change.

    ``at`` is when the fact became true; ``at``, ``due_at`` and ``limit`` are in UTC. In a
    ``due_changed``, ``at`` is the new due time instead, None if the due time depends on unknown
    dates. ``revision`` numbers the changes of a clock from 1. In a retraction, ``retracts`` is the
    ``change_id`` of the earlier change. ``evidence`` has the ids of the events that started and
    answered the clock. ``calendar_version`` and ``policy_version`` are the versions in force. A
    breach is ``retroactive`` if its limit passed before a change of the appeal made the target
    apply. In a retroactive breach, ``at`` is the time of the change of the appeal.

    >>> from datetime import UTC
    >>> at = datetime(2025, 3, 12, 7, 15, tzinfo=UTC)
    >>> names = ChangeKind.OPENED, "A-1", "first reply"
    >>> change = Change(*names, 0, 1, at, None, None, None, ("1",), "roads", "", "")
    >>> change.change_id
    'A-1/first reply/0/opened/1'
    """

    kind: ChangeKind
    appeal_id: str
    target: str
    cycle: int
    revision: int
    at: datetime | None
    due_at: datetime | None
    limit: datetime | None
    retracts: str | None
    evidence: tuple[str, ...]
    agency_id: str | None
    calendar_version: str
    policy_version: str
    retroactive: bool = False

    @property
    def change_id(self) -> str:
        """The id of the change as text: appeal, target, cycle, kind and revision.

        A change that is delivered twice has the same id both times.
        """
        return _identity(self.appeal_id, self.target, self.cycle, self.kind, self.revision)


Kinds = tuple[str, ...]
"""The kinds of a clock's changes, in order, as text. Most clocks share a few tuples."""
Moments = tuple[datetime | None, ...]
"""The instants of a clock's changes, in UTC. None is a due time that became unknown."""

Reported = tuple[Any, ...]
"""The reported state of one clock, as a tuple.

It has the kinds of the changes that were reported and not retracted, their revisions, the due time
in the ``opened`` change, the number of all changes, and then the instants of the changes. There are
many such states: the garbage collector skips a tuple of plain values. It skips a tuple with another
tuple later, unless the other is old, as the shared kinds and revisions are.
"""
StateValues = tuple[Kinds, Moments, tuple[int, ...], datetime | None, int]
"""The values of a reported state as they are stored: kinds, instants, revisions, due time, count.
"""
_DUE: Final = 2
_MOMENTS: Final = slice(4, None)

Key = tuple[str, int]
"""The key of a clock within its appeal: the name of the target and the number of the cycle."""

_NOTHING: Final[Reported] = ((), (), None, 0)


def values_of(state: Reported) -> StateValues:
    """Return the values of a reported state as they are stored."""
    kinds, revisions, due, count = state[:4]
    return kinds, state[_MOMENTS], revisions, due, count


def state_of(values: StateValues) -> Reported:
    """Return the reported state with the given stored values."""
    kinds, moments, revisions, due, count = values
    return kinds, revisions, due, count, *moments


_OPENED, _DUE_CHANGED, _PAUSED, _RESUMED, _AT_RISK, _BREACHED, _MET, _WITHDRAWN, _EXCLUDED = (
    kind.value for kind in ChangeKind
)
_ENDED: Final[dict[str | None, Kinds]] = {None: (_OPENED,)} | {
    kind: (_OPENED, kind) for kind in (_BREACHED, _MET, _WITHDRAWN)
}
"""The kinds of an opened clock without a warning or a pause, keyed by how the clock ended."""
_KINDS: Final = {kind.value: kind for kind in ChangeKind}


_change: Final[Callable[[tuple[object, ...]], Change]] = partial(tuple.__new__, Change)
"""Create a change from a tuple of all its fields, in order."""


_FEW: Final = 16
"""Clocks with at most this many changes share the tuples of their kinds and revisions."""


def _counted(revisions: tuple[int, ...], first: int, more: int) -> tuple[int, ...]:
    """Return ``revisions``, followed by ``more`` consecutive numbers that begin with ``first``."""
    if len(revisions) > _FEW:
        return (*revisions, *range(first, first + more))
    return _counted_once(revisions, first, more)


@lru_cache(maxsize=1024)
def _counted_once(revisions: tuple[int, ...], first: int, more: int) -> tuple[int, ...]:
    return (*revisions, *range(first, first + more))


def _shared(kinds: Kinds) -> Kinds:
    """Return an equal tuple of kinds. For short tuples, equal arguments return the same object."""
    return kinds if len(kinds) > _FEW else _shared_once(kinds)


@lru_cache(maxsize=1024)
def _shared_once(kinds: Kinds) -> Kinds:
    return kinds


@lru_cache(maxsize=1024)
def _key(target: str, cycle: int) -> Key:
    """Return the key of a clock. Calls with equal arguments return the same object."""
    return target, cycle


def _identity(appeal_id: str, target: str, cycle: int, kind: str, revision: int) -> str:
    return f"{appeal_id}/{target}/{cycle}/{kind}/{revision}"


def reports_of(clock: Clock, watermark: datetime) -> tuple[Kinds, Moments]:
    """Return the kinds and the instants of the changes that a clock should have at a watermark.

    Every event that occurred up to the watermark is assumed to be known.
    """
    if clock.excluded_at is not None:
        return (_EXCLUDED,), (clock.excluded_at,)
    started, warn = clock.started_at, clock.warn_at
    if clock.bounds is not None or clock.applies_since is not None:
        warn = clock.warned_from
    ended = clock.answered_at if clock.withdrawn_at is None else clock.ended_at
    warned = warn is not None and warn <= watermark and (ended is None or ended > warn)
    if warned and clock.others:  # another clock may count, and may have been answered earlier
        warned = ended is None or all(_is_warned(one) for one in clock.others)
    end = _end(clock, ended, watermark)
    has_pauses = bool(clock.pauses) or clock.open_pause is not None
    if not has_pauses and not warned:
        return (_ENDED[None], (started,)) if end is None else (_ENDED[end[0]], (started, end[1]))
    kinds, moments = _pauses(clock, ended, watermark) if has_pauses else ((), ())
    last = [(_AT_RISK, warn)] if warn is not None and warned else []
    if end is not None:
        last.append(end)
    return (
        _shared((_OPENED, *kinds, *[kind for kind, _ in last])),
        (started, *moments, *[at for _, at in last]),
    )


def _is_warned(clock: Clock) -> bool:
    """Return whether a clock was certainly at risk before it ended."""
    warn, ended = clock.warned_from, clock.ended_at
    return warn is not None and (ended is None or ended > warn)


def _end(clock: Clock, ended: datetime | None, watermark: datetime) -> tuple[str, datetime] | None:
    """Return the kind and the instant of the change that ends a clock, None if it has not ended.

    A breach is returned only when the watermark has passed the limit. This is so even if a late
    answer is known, because an earlier answer may still arrive.
    """
    limit = clock.limit
    if clock.bounds is None and clock.applies_since is None:
        if ended is not None and (limit is None or ended <= limit):
            return (_MET if clock.withdrawn_at is None else _WITHDRAWN), ended
        return (_BREACHED, limit) if limit is not None and limit < watermark else None
    if ended is not None:
        verdict = clock.verdict(watermark)[0]
        if verdict is Verdict.MET or verdict is Verdict.WITHDRAWN:
            return verdict.value, ended
        if verdict is not Verdict.BREACHED:
            return None
    known_from, at = clock.breached_from, clock.breach_at
    if known_from is None or at is None or known_from > watermark:
        return None
    return _BREACHED, at


def _pauses(clock: Clock, ended: datetime | None, watermark: datetime) -> tuple[Kinds, Moments]:
    """Return the kinds and the instants of the changes that the pauses of a clock cause.

    Pauses that began after the limit are left out, and so are pauses that depend on unknown dates.
    """
    limit, closed, open_since = clock.limit, clock.pauses, clock.open_pause
    bounds = clock.bounds
    if bounds is not None:
        limit = bounds.earliest.limit
        sure = () if clock.others else (*bounds.pauses.closed, (bounds.pauses.open_since, None))
        since = {since for since, _ in sure}
        closed = tuple(pause for pause in closed if pause[0] in since)
        open_since = open_since if open_since in since else None
    begun = len(closed) if limit is None else bisect_right(closed, limit, key=since_of)
    over = bisect_right(closed, watermark, 0, begun, key=until_of)
    kinds: Kinds = (_PAUSED, _RESUMED) * over + (_PAUSED,) * (begun - over)
    moments = (*chain.from_iterable(closed[:over]), *map(since_of, closed[over:begun]))
    if ended is not None:  # the event that ends a clock does not resume a pause
        place = bisect_left(closed, ended, 0, over, key=until_of)
        if place < over and closed[place][1] == ended:
            place = 2 * place + 1
            kinds = kinds[:place] + kinds[place + 1 :]
            moments = moments[:place] + moments[place + 1 :]
    if open_since is not None and (limit is None or open_since <= limit):
        return (*kinds, _PAUSED), (*moments, open_since)
    return kinds, moments


class _ChangeContext(NamedTuple):
    """The values that all changes of one appeal share, and the lists to which changes are added."""

    appeal_id: str
    agency_id: str | None
    policy_version: str
    retractions: list[Change]
    additions: list[Change]


def changes_between(
    appeal_id: str,
    reported: dict[Key, Reported],
    folded: Folded,
    watermark: datetime,
    policy_version: str,
    *,
    unchanged: Sequence[Clock] = (),
) -> list[Change]:
    """Return the changes from the reported state to the current state, and update ``reported``.

    Retractions come first, then the other changes in the order of ChangeKind. ``unchanged`` are the
    clocks of the last report. It is empty if a clock may have changed since then without a new
    event. A clock is skipped if ``unchanged`` has the same object at the same index, or if it is
    not one of the recent clocks.
    """
    retractions: list[Change] = []
    additions: list[Change] = []
    context = _ChangeContext(
        appeal_id, folded.appeal.attributes.agency_id, policy_version, retractions, additions
    )
    clocks = folded.clocks
    present = 0
    if unchanged and folded.recent is not None:
        clocks, unchanged, present = folded.recent, (), len(reported)
    for clock, before in zip_longest(clocks, unchanged[: len(clocks)]):
        if clock is before and clock.started_at <= watermark:
            present += 1
            continue
        if clock.started_at > watermark and clock.is_undetected(watermark):
            continue  # the clock does not exist yet
        key = _key(clock.target.name, clock.cycle)
        kinds, moments = reports_of(clock, watermark)
        old = reported.get(key, _NOTHING)
        if old is not _NOTHING and clock.due_at != old[_DUE]:
            kinds, moments = _with_due(kinds, moments, clock, old)
        if kinds != old[0] or moments != old[_MOMENTS]:
            reported[key] = _append_changes(context, key, clock, old, kinds, moments)
        present += 1
    if present < len(reported):  # some clocks no longer exist
        existing = {
            (clock.target.name, clock.cycle)
            for clock in clocks
            if not clock.is_undetected(watermark)
        }
        for key, old in reported.items():
            if key not in existing:
                reported[key] = _append_changes(context, key, None, old, (), ())
    return [*retractions, *additions] if retractions else additions


def _with_due(kinds: Kinds, moments: Moments, clock: Clock, old: Reported) -> tuple[Kinds, Moments]:
    """Insert a ``due_changed`` if the due time differs from the due time that ``opened`` reported.

    While a reported pause is open, the last reported due time is kept, because the new due time
    depends on when the pause ends. A due time that depends on unknown dates is reported as None.
    """
    old_kinds, old_moments, opened_due = old[0], old[_MOMENTS], old[_DUE]
    if kinds[0] != _OPENED or old_kinds[:1] != kinds[:1] or old_moments[:1] != moments[:1]:
        return kinds, moments
    due = clock.due_at
    is_paused = clock.open_pause is not None and kinds.count(_PAUSED) > kinds.count(_RESUMED)
    if due is None and is_paused:
        due = old_moments[1] if old_kinds[1:2] == (_DUE_CHANGED,) else opened_due
    if due == opened_due:
        return kinds, moments
    return _shared((_OPENED, _DUE_CHANGED, *kinds[1:])), (moments[0], due, *moments[1:])


def _append_changes(
    context: _ChangeContext,
    key: Key,
    clock: Clock | None,
    old: Reported,
    kinds: Kinds,
    moments: Moments,
) -> Reported:
    """Emit what has changed since the reported state ``old``, and return the new reported state."""
    old_kinds, old_moments, revisions, due, count = values_of(old)
    size = len(old_kinds)
    if kinds[:size] != old_kinds or moments[:size] != old_moments:  # rare: most calls only add
        return _rewrite_changes(context, key, clock, old, kinds, moments)
    _emit(context, key, clock, kinds[size:], moments[size:], count + 1)
    if not size:
        due = None if clock is None else clock.due_at
    more = len(kinds) - size
    return kinds, _counted(revisions, count + 1, more), due, count + more, *moments


def _rewrite_changes(
    context: _ChangeContext,
    key: Key,
    clock: Clock | None,
    old: Reported,
    kinds: Kinds,
    moments: Moments,
) -> Reported:
    """Retract the outdated changes, emit the new changes, and return the new reported state."""
    old_kinds, old_moments, revisions, due, count = values_of(old)
    size = len(old_kinds)
    first = _first_difference(kinds, moments, old)
    rest = first + 1
    until, places = size, [*range(first, len(kinds))]
    same = kinds[rest:size] == old_kinds[rest:] and moments[rest:size] == old_moments[rest:]
    if same and first < len(kinds):
        until, places = rest, [first, *range(size, len(kinds))]
    reports = zip(old_kinds[first:until], old_moments[first:until], strict=True)
    known = dict(zip(reports, revisions[first:until], strict=True))
    numbers = [*revisions[: len(kinds)], *[0] * (len(kinds) - size)]
    fresh = []
    for place in places:
        numbers[place] = known.pop((kinds[place], moments[place]), 0)
        if not numbers[place]:
            fresh.append(place)
    for (kind, at), revision in known.items():
        count += 1
        retracts = _identity(context.appeal_id, *key, kind, revision)
        _emit(context, key, clock, (kind,), (at,), count, retracts)
    if kinds[:1] != old_kinds[:1] or moments[:1] != old_moments[:1]:
        due = None if clock is None else clock.due_at
    for place in fresh:
        count += 1
        numbers[place] = count
        _emit(context, key, clock, (kinds[place],), (moments[place],), count)
    return kinds, tuple(numbers), due, count, *moments


def _first_difference(kinds: Kinds, moments: Moments, old: Reported) -> int:
    """Return the first index at which the changes differ from the reported changes."""
    place = 0
    old_kinds, old_moments = old[0], old[_MOMENTS]
    for kind, at, old_kind, old_at in zip(kinds, moments, old_kinds, old_moments, strict=False):
        if kind != old_kind or at != old_at:
            break
        place += 1
    return place


def _emit(
    context: _ChangeContext,
    key: Key,
    clock: Clock | None,
    kinds: Kinds,
    moments: Moments,
    revision: int,
    retracts: str | None = None,
) -> None:
    """Collect changes of one clock. ``revision`` is the revision of the first change."""
    target, cycle = key
    appeal_id, agency_id, policy_version, retractions, additions = context
    due = limit = None
    evidence: tuple[str, ...] = ()
    calendar_version = ""
    is_retroactive = False
    if clock is not None:
        due, limit, evidence = clock.due_at, clock.limit, clock.evidence
        calendar_version = clock.schedule.calendar.version
        is_retroactive = clock.applies_since is not None and clock.is_retroactive
    changes = additions if retracts is None else retractions
    for kind, at in zip(kinds, moments, strict=True):
        changes.append(
            _change(
                (
                    _KINDS[kind],
                    appeal_id,
                    target,
                    cycle,
                    revision,
                    at,
                    due,
                    limit,
                    retracts,
                    evidence,
                    agency_id,
                    calendar_version,
                    policy_version,
                    is_retroactive and kind == _BREACHED,
                )
            )
        )
        revision += 1
