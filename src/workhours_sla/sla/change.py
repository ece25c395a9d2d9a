"""What a monitor reports: changes of clocks, each once, and taken back when no longer true."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial
from itertools import chain, zip_longest
from typing import Final, NamedTuple

from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.fold import Folded
from workhours_sla.sla.pauses import since_of, until_of


class ChangeKind(StrEnum):
    """Kinds of changes, in the order in which those of one moment are told."""

    OPENED = "opened"
    DUE_CHANGED = "due_changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class Change(NamedTuple):
    """Something that became true of a clock, or, with ``retracts``, turned out not to be.

    ``at`` is the instant it is about, in UTC, as are ``due_at`` and ``limit``; a
    ``due_changed`` whose ``at`` is None says that unknown dates now leave the due time open.
    ``revision`` counts the changes of the clock from 1. ``evidence`` are the events behind it,
    ``calendar_version`` and ``policy_version`` those in force. ``retroactive`` marks a breach
    dated to the change of the appeal that made the target apply, after the limit had passed.
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
        """The identity: (appeal, target, cycle, kind, revision) as text."""
        return _identity(self.appeal_id, self.target, self.cycle, self.kind, self.revision)


Kinds = tuple[str, ...]
"""Kinds of changes, in order; few differ, so those of most clocks are the same object."""
Moments = tuple[datetime | None, ...]
"""The ``at`` of each; None only for a due time that became unknown."""

Reported = tuple[Kinds, Moments, tuple[int, ...], datetime | None, int]
"""What stands of one clock.

What was said of it, and when that was, in which revisions, the due time told when it was opened,
and how many changes there were. Of plain values, as there are many: the garbage collector need
not look at them.
"""

Key = tuple[str, int]
"""The target's name and the cycle."""

_NOTHING: Final[Reported] = ((), (), (), None, 0)

_OPENED, _DUE_CHANGED, _PAUSED, _RESUMED, _AT_RISK, _BREACHED, _MET, _WITHDRAWN, _EXCLUDED = (
    kind.value for kind in ChangeKind
)
_ENDED: Final[dict[str | None, Kinds]] = {None: (_OPENED,)} | {
    kind: (_OPENED, kind) for kind in (_BREACHED, _MET, _WITHDRAWN)
}
"""What is said of a clock of which nothing is but that it was opened and how it ended."""
_KINDS: Final = {kind.value: kind for kind in ChangeKind}


_change: Final[Callable[[tuple[object, ...]], Change]] = partial(tuple.__new__, Change)
"""Makes a change of the values of all its fields in their order."""


_FEW: Final = 16
"""Up to how many changes of a clock the kinds and revisions are shared with other clocks."""


def _counted(revisions: tuple[int, ...], first: int, more: int) -> tuple[int, ...]:
    """Return revisions and some more from a first on: of nearly all clocks they are 1, 2, ..."""
    if len(revisions) > _FEW:
        return (*revisions, *range(first, first + more))
    return _counted_once(revisions, first, more)


@lru_cache(maxsize=1024)
def _counted_once(revisions: tuple[int, ...], first: int, more: int) -> tuple[int, ...]:
    return (*revisions, *range(first, first + more))


def _shared(kinds: Kinds) -> Kinds:
    """Return the same object for equal kinds, unless they are many."""
    return kinds if len(kinds) > _FEW else _shared_once(kinds)


@lru_cache(maxsize=1024)
def _shared_once(kinds: Kinds) -> Kinds:
    return kinds


@lru_cache(maxsize=1024)
def _key(target: str, cycle: int) -> Key:
    """Return the same object for equal keys."""
    return target, cycle


def _identity(appeal_id: str, target: str, cycle: int, kind: str, revision: int) -> str:
    return f"{appeal_id}/{target}/{cycle}/{kind}/{revision}"


def reports_of(clock: Clock, watermark: datetime) -> tuple[Kinds, Moments]:
    """Return what is true of a clock once events up to ``watermark`` are in, and since when."""
    if clock.excluded_at is not None:
        return (_EXCLUDED,), (clock.excluded_at,)
    started, warn = clock.started_at, clock.warn_at
    if clock.bounds is not None or clock.applies_since is not None:
        warn = clock.warned_from
    ended = clock.answered_at if clock.withdrawn_at is None else clock.ended_at
    warned = warn is not None and warn <= watermark and (ended is None or ended > warn)
    if warned and clock.others:  # one that may decide instead may have been answered before
        warned = ended is None or all(_is_warned(one) for one in clock.others)
    end = _end(clock, ended, watermark)
    is_held = bool(clock.pauses) or clock.open_pause is not None
    if not is_held and not warned:
        return (_ENDED[None], (started,)) if end is None else (_ENDED[end[0]], (started, end[1]))
    kinds, moments = _pauses(clock, ended, watermark) if is_held else ((), ())
    last = [(_AT_RISK, warn)] if warn is not None and warned else []
    if end is not None:
        last.append(end)
    return (
        _shared((_OPENED, *kinds, *[kind for kind, _ in last])),
        (started, *moments, *[at for _, at in last]),
    )


def _is_warned(clock: Clock) -> bool:
    """Whether a clock that ended came to be at risk before, whatever becomes of unknown dates."""
    warn, ended = clock.warned_from, clock.ended_at
    return warn is not None and (ended is None or ended > warn)


def _end(clock: Clock, ended: datetime | None, watermark: datetime) -> tuple[str, datetime] | None:
    """Return how the clock ended and when, None where it goes on.

    A breach, also by an answer that is known already, only once the watermark has passed the
    limit: an earlier answer may still arrive.
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
    """Return the pauses that began within the limit; not those that unknown dates leave open."""
    limit, closed, stands = clock.limit, clock.pauses, clock.open_pause
    bounds = clock.bounds
    if bounds is not None:
        limit = bounds.earliest.limit
        sure = () if clock.others else (*bounds.pauses.closed, (bounds.pauses.open_since, None))
        since = {since for since, _ in sure}
        closed = tuple(pause for pause in closed if pause[0] in since)
        stands = stands if stands in since else None
    begun = len(closed) if limit is None else bisect_right(closed, limit, key=since_of)
    over = bisect_right(closed, watermark, 0, begun, key=until_of)
    kinds: Kinds = (_PAUSED, _RESUMED) * over + (_PAUSED,) * (begun - over)
    moments = (*chain.from_iterable(closed[:over]), *map(since_of, closed[over:begun]))
    if ended is not None:  # what ends a clock resumes none of its pauses
        place = bisect_left(closed, ended, 0, over, key=until_of)
        if place < over and closed[place][1] == ended:
            place = 2 * place + 1
            kinds = kinds[:place] + kinds[place + 1 :]
            moments = moments[:place] + moments[place + 1 :]
    if stands is not None and (limit is None or stands <= limit):
        return (*kinds, _PAUSED), (*moments, stands)
    return kinds, moments


def changes_between(  # noqa: PLR0913
    appeal_id: str,
    reported: dict[Key, Reported],
    folded: Folded,
    watermark: datetime,
    policy_version: str,
    *,
    stay: Sequence[Clock] = (),
) -> list[Change]:
    """Return the changes from what was reported to what is true, and note them as reported.

    Retractions come first, then what is new, in the order of the kinds. ``stay`` are the clocks
    of the last report, at an earlier watermark since which time alone changed nothing: of those
    that are still the same object, in the same place, nothing is to be told.
    """
    retracted: list[Change] = []
    added: list[Change] = []
    told = appeal_id, folded.appeal.attributes.agency_id, policy_version, retracted, added
    clocks = folded.clocks
    known = 0
    for clock, stood in zip_longest(clocks, stay[: len(clocks)]):
        if clock is stood and clock.started_at <= watermark:
            known += 1
            continue
        if clock.started_at > watermark and clock.is_undetected(watermark):
            continue  # it is not there yet
        key = _key(clock.target.name, clock.cycle)
        kinds, moments = reports_of(clock, watermark)
        old = reported.get(key, _NOTHING)
        if old is not _NOTHING and clock.due_at != old[3]:
            kinds, moments = _with_due(kinds, moments, clock, old)
        if kinds != old[0] or moments != old[1]:
            reported[key] = _append_changes(told, key, clock, old, kinds, moments)
        known += 1
    if known < len(reported):  # some are there no longer
        there = {
            (clock.target.name, clock.cycle)
            for clock in clocks
            if not clock.is_undetected(watermark)
        }
        for key, old in reported.items():
            if key not in there:
                reported[key] = _append_changes(told, key, None, old, (), ())
    return [*retracted, *added] if retracted else added


def _with_due(kinds: Kinds, moments: Moments, clock: Clock, old: Reported) -> tuple[Kinds, Moments]:
    """Add the due time where it is another than was told when the clock was opened.

    While a pause that was told has no end, the one told last stays: nobody can know another
    before the pause ends. One that unknown dates leave open is told as None.
    """
    stood, since, _, told, _ = old
    if kinds[0] != _OPENED or stood[:1] != kinds[:1] or since[:1] != moments[:1]:
        return kinds, moments
    due = clock.due_at
    is_paused = clock.open_pause is not None and kinds.count(_PAUSED) > kinds.count(_RESUMED)
    if due is None and is_paused:
        due = since[1] if stood[1:2] == (_DUE_CHANGED,) else told
    if due == told:
        return kinds, moments
    return _shared((_OPENED, _DUE_CHANGED, *kinds[1:])), (moments[0], due, *moments[1:])


_ChangeContext = tuple[str, str | None, str, list[Change], list[Change]]
"""The appeal, its agency and the policy's version, the changes that retract, and the others."""


def _append_changes(  # noqa: PLR0913, PLR0917
    told: _ChangeContext,
    key: Key,
    clock: Clock | None,
    old: Reported,
    kinds: Kinds,
    moments: Moments,
) -> Reported:
    """Tell the changes from what stands to what is wanted; return what stands then."""
    stood, since, revisions, due, count = old
    stay = len(stood)
    if kinds[:stay] != stood or moments[:stay] != since:  # seldom: mostly more is true, no less
        return _rewrite_changes(told, key, clock, old, kinds, moments)
    _emit(told, key, clock, kinds[stay:], moments[stay:], count + 1)
    if not stay:
        due = None if clock is None else clock.due_at
    more = len(kinds) - stay
    return kinds, moments, _counted(revisions, count + 1, more), due, count + more


def _rewrite_changes(  # noqa: PLR0913, PLR0917
    told: _ChangeContext,
    key: Key,
    clock: Clock | None,
    old: Reported,
    kinds: Kinds,
    moments: Moments,
) -> Reported:
    """Tell them where something that stands is true no longer."""
    stood, since, revisions, due, count = old
    size = len(stood)
    first = _first_other(kinds, moments, old)
    rest = first + 1
    until, places = size, [*range(first, len(kinds))]
    same = kinds[rest:size] == stood[rest:] and moments[rest:size] == since[rest:]
    if same and first < len(kinds):
        until, places = rest, [first, *range(size, len(kinds))]
    reports = zip(stood[first:until], since[first:until], strict=True)
    known = dict(zip(reports, revisions[first:until], strict=True))
    numbers = [*revisions[: len(kinds)], *[0] * (len(kinds) - size)]
    fresh = []
    for place in places:
        numbers[place] = known.pop((kinds[place], moments[place]), 0)
        if not numbers[place]:
            fresh.append(place)
    for (kind, at), revision in known.items():
        count += 1
        back = _identity(told[0], *key, kind, revision)
        _emit(told, key, clock, (kind,), (at,), count, back)
    if kinds[:1] != stood[:1] or moments[:1] != since[:1]:
        due = None if clock is None else clock.due_at
    for place in fresh:
        count += 1
        numbers[place] = count
        _emit(told, key, clock, (kinds[place],), (moments[place],), count)
    return kinds, moments, tuple(numbers), due, count


def _first_other(kinds: Kinds, moments: Moments, old: Reported) -> int:
    """Return the place of the first report that is another than before, or is new or gone."""
    place = 0
    for kind, at, stood, since in zip(kinds, moments, old[0], old[1], strict=False):
        if kind != stood or at != since:
            break
        place += 1
    return place


def _emit(  # noqa: PLR0913, PLR0917
    told: _ChangeContext,
    key: Key,
    clock: Clock | None,
    kinds: Kinds,
    moments: Moments,
    revision: int,
    retracts: str | None = None,
) -> None:
    """Add changes of one clock, the first of a revision and the others of those after it."""
    target, cycle = key
    appeal_id, agency_id, policy_version, retracted, added = told
    due = limit = None
    evidence: tuple[str, ...] = ()
    calendar_version = ""
    late_rule = False
    if clock is not None:
        due, limit, evidence = clock.due_at, clock.limit, clock.evidence
        calendar_version = clock.schedule.calendar.version
        late_rule = clock.applies_since is not None and clock.is_retroactive
    changes = added if retracts is None else retracted
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
                    late_rule and kind == _BREACHED,
                )
            )
        )
        revision += 1
