"""Compare our verdicts and due times with those of the exporting system, appeal by appeal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.event import Claim, Theirs
from workhours_sla.sla.outcome import Outcome

VerdictClass = Literal["same", "ours_late", "theirs_late", "not_comparable", "theirs_missing"]
DueClass = Literal["equal", "break", "opening", "days", "hours", "other", "unknown"]
_EXAMPLES: Final = 3  # maximum number of examples in a class

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_WIDEST_ZONE: Final = timedelta(hours=14)
_UNDECIDED: Final = frozenset({Verdict.WITHDRAWN, Verdict.EXCLUDED})


@dataclass(frozen=True, slots=True)
class ComparedAppeal:
    """An appeal with our verdict, due time and limit, and the other system's; None if unknown."""

    appeal_id: str
    verdict: str
    due_at: datetime | None
    limit: datetime | None
    their_verdict: str | None
    their_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgreementClass:
    """The number of appeals in one class, with the first of them by id as examples."""

    name: str
    count: int
    examples: tuple[ComparedAppeal, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far another system agrees with our verdicts and due times for one target.

    ``appeals`` is the number of appeals with an outcome. ``unknown`` counts the appeals of the
    other system without an outcome here. ``contradictory`` counts the appeals with several rows
    that contradict each other; the last row counts. Classes without appeals are left out.
    ``verdicts`` has these classes:

    - ``same``: both late, or neither late so far
    - ``ours_late``: late here, in time in the other system
    - ``theirs_late``: late in the other system, not late here so far
    - ``not_comparable``: withdrawn, excluded, or unknown because a calendar is missing
    - ``theirs_missing``: the other system gives no verdict

    ``due_times`` has these classes of the appeals for which the other system gives a due time,
    compared to the minute:

    - ``equal``: the same due time, which is also our limit
    - ``break``: the same due time, but our limit is later, because a break or a night follows
    - ``opening``: their due time is our limit, after the break or night that follows our due time
    - ``days``: the same time of day on another date
    - ``hours``: a whole number of hours apart, as between two zones
    - ``other``: any other difference
    - ``unknown``: our due time depends on an open pause or on uncertain dates

    ``median_difference`` is the median of their due time minus our due time, over the appeals for
    which these differ.

    >>> from workhours_sla import Event, Policy, Schedule, Target, evaluate, working_hours
    >>> office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
    >>> posted = datetime(2026, 3, 12, 10, 15, tzinfo=office.tz)
    >>> policy = Policy([Target("first reply", working_hours(4), office)])
    >>> event = Event("1", "A-1", "created", posted, posted)
    >>> outcomes = evaluate([event], policy, as_of=posted + timedelta(days=1)).outcomes
    >>> theirs = [Claim("A-1", posted + timedelta(hours=4), "breached")]
    >>> found = compare_claims(outcomes, theirs, "first reply")
    >>> found.verdicts[0].name, found.due_times[0].name, str(found.median_difference)
    ('same', 'hours', '-1 day, 23:00:00')
    """

    target: str
    appeals: int
    unknown: int
    contradictory: int
    verdicts: tuple[AgreementClass, ...]
    due_times: tuple[AgreementClass, ...]
    median_difference: timedelta | None


def compare_claims(outcomes: Iterable[Outcome], claims: Iterable[Claim], target: str) -> Agreement:
    """Compare the outcomes of one target with the verdicts and due times of another system.

    If an appeal was reopened, its last cycle is compared.

    >>> compare_claims([], [Claim("A-1", None, "met")], "first reply").unknown
    1
    """
    theirs, contradictory = _latest(claims)
    ours = {one.appeal_id: one for one in outcomes if one.target == target}
    verdicts: defaultdict[str, list[ComparedAppeal]] = defaultdict(list)
    due_times: defaultdict[str, list[ComparedAppeal]] = defaultdict(list)
    differences: list[timedelta] = []
    for appeal_id, outcome in sorted(ours.items()):
        claim = theirs.get(appeal_id, Claim(appeal_id))
        there = claim.due_at and claim.due_at.astimezone(outcome.posted_at.tzinfo)
        here = appeal_id, outcome.verdict.value, outcome.due_at, outcome.limit
        compared = ComparedAppeal(*here, claim.verdict, there)
        verdicts[_verdict_class(outcome, claim.verdict)].append(compared)
        if claim.due_at is None:
            continue
        name = _due_class(compared)
        due_times[name].append(compared)
        if outcome.due_at is not None and name not in ("equal", "break"):
            differences.append(claim.due_at - outcome.due_at.astimezone(UTC))
    return Agreement(
        target,
        len(ours),
        len(theirs.keys() - ours.keys()),
        len(contradictory & ours.keys()),
        _classes(get_args(VerdictClass), verdicts),
        _classes(get_args(DueClass), due_times),
        _median(sorted(differences)),
    )


def _latest(claims: Iterable[Claim]) -> tuple[dict[str, Claim], set[str]]:
    found: dict[str, Claim] = {}
    contradictory: set[str] = set()
    for claim in claims:
        before = found.get(claim.appeal_id, claim)
        due_at = before.due_at if claim.due_at is None else claim.due_at
        verdict = before.verdict if claim.verdict is None else claim.verdict
        if (before.due_at or due_at) != due_at or (before.verdict or verdict) != verdict:
            contradictory.add(claim.appeal_id)
        found[claim.appeal_id] = Claim(claim.appeal_id, due_at, verdict)
    return found, contradictory


def _verdict_class(outcome: Outcome, theirs: Theirs | None) -> VerdictClass:
    if theirs is None:
        return "theirs_missing"
    if outcome.calendar_unknown or outcome.verdict in _UNDECIDED:
        return "not_comparable"
    is_late = outcome.verdict is Verdict.BREACHED
    if is_late == (theirs == "breached"):
        return "same"
    return "ours_late" if is_late else "theirs_late"


def _due_class(compared: ComparedAppeal) -> DueClass:
    due_at, limit, theirs = compared.due_at, compared.limit, compared.their_due_at
    if due_at is None or theirs is None:
        return "unknown"
    if _is_near(theirs, due_at):
        return "equal" if limit is None or _is_near(limit, due_at) else "break"
    if limit is not None and _is_near(theirs, limit):
        return "opening"
    if (theirs.hour, theirs.minute) == (due_at.hour, due_at.minute):
        return "days"
    apart = abs(theirs.astimezone(UTC) - due_at.astimezone(UTC))
    odd = apart % _HOUR
    is_whole = odd < _MINUTE or _HOUR - odd < _MINUTE
    return "hours" if is_whole and apart <= _WIDEST_ZONE else "other"


def _is_near(one: datetime, other: datetime) -> bool:
    return abs(one.astimezone(UTC) - other.astimezone(UTC)) < _MINUTE


def _classes(
    names: Iterable[str], found: Mapping[str, list[ComparedAppeal]]
) -> tuple[AgreementClass, ...]:
    every = ((name, found[name]) for name in names if name in found)
    return tuple(AgreementClass(name, len(of), tuple(of[:_EXAMPLES])) for name, of in every)


def _median(ordered: Sequence[timedelta]) -> timedelta | None:
    if not ordered:
        return None
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2
