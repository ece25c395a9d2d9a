"""What a monitor reports: changes of clocks, each once, and taken back when no longer true."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from workhours_sla.sla.clock import Clock, Verdict
from workhours_sla.sla.fold import Folded


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

    ``at`` is the instant it is about, in UTC, as are ``due_at`` and ``limit``. ``revision``
    counts the changes of the clock from 1. ``evidence`` are the events behind it,
    ``calendar_version`` and ``policy_version`` what it was reckoned with.
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

    @property
    def change_id(self) -> str:
        """The identity: (appeal, target, cycle, kind, revision) as text."""
        return _identity(self.appeal_id, self.target, self.cycle, self.kind, self.revision)


class Report(NamedTuple):
    """A change that was reported of a clock and still stands."""

    kind: ChangeKind
    at: datetime
    revision: int


class Reported(NamedTuple):
    """What stands of one clock.

    Its reports, the due time told when it was opened, and how many
    changes there were.
    """

    reports: tuple[Report, ...] = ()
    due_at: datetime | None = None
    revision: int = 0


Key = tuple[str, int]
"""The target's name and the cycle."""

NOTHING = Reported()


def _identity(appeal_id: str, target: str, cycle: int, kind: str, revision: int) -> str:
    return f"{appeal_id}/{target}/{cycle}/{kind}/{revision}"


def reports_of(clock: Clock, watermark: datetime) -> list[tuple[ChangeKind, datetime]]:
    """Return what is true of a clock once events up to ``watermark`` are in."""
    if clock.excluded_at is not None:
        return [(ChangeKind.EXCLUDED, clock.excluded_at)]
    found = [(ChangeKind.OPENED, clock.started_at)]
    answered, limit, ended = clock.answered_at, clock.limit, clock.ended_at
    if clock.holds or clock.open_hold is not None:
        found += _pauses(clock, ended, watermark)
    warn = clock.warn_at
    if warn is not None and warn <= watermark and (ended is None or ended > warn):
        found.append((ChangeKind.AT_RISK, warn))
    if answered is not None:
        if limit is not None and answered > limit:
            found.append((ChangeKind.BREACHED, limit))
        elif clock.verdict(watermark)[0] is Verdict.MET:
            found.append((ChangeKind.MET, answered))
    elif ended is not None:
        if clock.verdict(watermark)[0] is Verdict.WITHDRAWN:
            found.append((ChangeKind.WITHDRAWN, ended))
    elif limit is not None and limit < watermark:
        found.append((ChangeKind.BREACHED, limit))
    return found


def _pauses(
    clock: Clock, ended: datetime | None, watermark: datetime
) -> Iterable[tuple[ChangeKind, datetime]]:
    limit = clock.limit
    for since, until in clock.holds:
        if limit is None or since <= limit:
            yield ChangeKind.PAUSED, since
            if until != ended and until <= watermark:
                yield ChangeKind.RESUMED, until
    stands = clock.open_hold
    if stands is not None and (limit is None or stands <= limit):
        yield ChangeKind.PAUSED, stands


def changes_between(
    appeal_id: str,
    reported: dict[Key, Reported],
    folded: Folded,
    watermark: datetime,
    policy_version: str,
) -> tuple[dict[Key, Reported], list[Change]]:
    """Return what now stands of an appeal's clocks, and the changes that lead there.

    Retractions come first, then what is new, in the order of the kinds.
    """
    agency = folded.appeal.belongs.agency_id
    stands: dict[Key, Reported] = {}
    retracted: list[Change] = []
    added: list[Change] = []
    for clock in folded.clocks:
        key = clock.target.name, clock.cycle
        old = reported.get(key, NOTHING)
        wanted = _with_due(reports_of(clock, watermark), clock, old)
        if len(wanted) == len(old.reports):
            for report, want in zip(old.reports, wanted, strict=True):
                if report.kind is not want[0] or report.at != want[1]:
                    break
            else:
                stands[key] = old
                continue
        about = _About(appeal_id, key, clock, agency, policy_version)
        stands[key] = about.move(old, wanted, retracted, added)
    for key, old in reported.items():
        if key not in stands:
            about = _About(appeal_id, key, None, agency, policy_version)
            stands[key] = about.move(old, [], retracted, added)
    return stands, retracted + added


def _with_due(
    wanted: list[tuple[ChangeKind, datetime]], clock: Clock, old: Reported
) -> list[tuple[ChangeKind, datetime]]:
    """Add the due time where it is another than was told when the clock was opened.

    One that a pause keeps from being known stays as it was told last.
    """
    if not old.reports or old.reports[0].kind is not ChangeKind.OPENED:
        return wanted
    if wanted[0] != (ChangeKind.OPENED, old.reports[0].at):
        return wanted
    due = clock.due_at
    if due is None:
        told = [report.at for report in old.reports if report.kind is ChangeKind.DUE_CHANGED]
        due = told[0] if told else old.due_at
    if due is None or due == old.due_at:
        return wanted
    return [wanted[0], (ChangeKind.DUE_CHANGED, due), *wanted[1:]]


class _About(NamedTuple):
    """What the changes of one clock have in common."""

    appeal_id: str
    key: Key
    clock: Clock | None
    agency_id: str | None
    policy_version: str

    def move(
        self,
        old: Reported,
        wanted: list[tuple[ChangeKind, datetime]],
        retracted: list[Change],
        added: list[Change],
    ) -> Reported:
        """Add the changes from what stands to what is wanted; return what stands then."""
        revision = old.revision
        kept: dict[tuple[ChangeKind, datetime], Report] = {}
        for report in old.reports:
            told = report.kind, report.at
            if told in wanted:
                kept[told] = report
            else:
                revision += 1
                back = _identity(self.appeal_id, *self.key, report.kind, report.revision)
                retracted.append(self._change(report.kind, report.at, revision, back))
        opened = any(kind is ChangeKind.OPENED for kind, _ in kept)  # and was before
        reports = []
        for told in wanted:
            if told not in kept:
                revision += 1
                kept[told] = Report(*told, revision)
                added.append(self._change(*told, revision, None))
            reports.append(kept[told])
        due = old.due_at
        if not opened:
            due = None if self.clock is None else self.clock.due_at
        return Reported(tuple(reports), due, revision)

    def _change(
        self, kind: ChangeKind, at: datetime, revision: int, retracts: str | None
    ) -> Change:
        clock = self.clock
        target, cycle = self.key
        return Change(
            kind,
            self.appeal_id,
            target,
            cycle,
            revision,
            at,
            None if clock is None else clock.due_at,
            None if clock is None else clock.limit,
            retracts,
            () if clock is None else clock.evidence,
            self.agency_id,
            "" if clock is None else clock.schedule.calendar.version,
            self.policy_version,
        )
