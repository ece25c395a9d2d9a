"""What a reader of changes knows, and whether it agrees with the outcomes."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from workhours_sla import Change, Evaluation, Outcome

Key = tuple[str, str, int]
"""The identity of a clock: appeal, target and cycle."""
ENDS = ("met", "breached", "withdrawn", "excluded")


class Ledger:
    """The changes that a reader has received; each is current until it is retracted."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.current: dict[str, Change] = {}

    def take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            assert change.change_id not in self.seen, "a change has an identity of its own"
            self.seen.add(change.change_id)
            if change.retracts is None:
                self.current[change.change_id] = change
                continue
            assert change.retracts in self.current, "only a current change can be retracted"
            retracted = self.current.pop(change.retracts)
            assert (change.kind, key_of(change)) == (retracted.kind, key_of(retracted))

    def clocks(self) -> dict[Key, list[Change]]:
        found: dict[Key, list[Change]] = {}
        for change in self.current.values():
            found.setdefault(key_of(change), []).append(change)
        return found

    def net(self) -> Counter[tuple[object, ...]]:
        return Counter(
            (*key_of(change), str(change.kind), change.at)
            for change in self.current.values()
            if change.kind != "due_changed"
        )


def key_of(of: Change | Outcome) -> Key:
    return (of.appeal_id, of.target, of.cycle)


def check_reported(ledger: Ledger, found: Evaluation) -> None:
    clocks, outcomes = ledger.clocks(), {key_of(outcome): outcome for outcome in found.outcomes}
    assert clocks.keys() == outcomes.keys()
    for key, outcome in outcomes.items():
        reported = sorted(clocks[key], key=lambda change: change.revision)
        kinds = Counter(str(change.kind) for change in reported)
        assert {kind: kinds[kind] for kind in ENDS} == {
            kind: int(kind == outcome.verdict) for kind in ENDS
        }
        if outcome.verdict == "excluded":  # an excluded appeal has no other change
            assert kinds == {"excluded": 1}
        else:
            check_clock(outcome, reported, kinds)


def utc(when: datetime | None) -> datetime | None:
    """Return an instant in UTC, because equal times in two zones may compare as different."""
    return when and when.astimezone(UTC)


def check_clock(outcome: Outcome, reported: list[Change], kinds: Counter[str]) -> None:
    at = {str(change.kind): change.at for change in reported}
    assert (at["opened"], kinds["opened"]) == (utc(outcome.started_at), 1)
    ends = {
        "breached": outcome.limit,
        "met": outcome.answered_at,
        "withdrawn": outcome.withdrawn_at,
    }
    if outcome.retroactive:  # dated to the change of the appeal that came after the limit
        assert at["breached"] > utc(outcome.limit)
        assert not kinds["at_risk"]
    elif outcome.verdict in ends:
        assert at[outcome.verdict] == utc(ends[outcome.verdict])
    if outcome.due_at is not None or kinds["paused"] == kinds["resumed"]:
        # an open pause has no other due time
        due = [change.due_at for change in reported if change.kind in {"opened", "due_changed"}][-1]
        assert due == utc(outcome.due_at)

    by_time = isinstance(outcome.budget, timedelta)
    assert kinds["at_risk"] <= 1
    assert kinds["at_risk"] or not (
        outcome.verdict == "at_risk"
        or (outcome.verdict == "breached" and by_time and not outcome.retroactive)
    )
    assert not kinds["at_risk"] or outcome.verdict != "pending"
    if kinds["at_risk"] and outcome.answered_at:
        assert at["at_risk"] < outcome.answered_at
    if outcome.verdict in {"pending", "at_risk", "paused"}:
        assert kinds["paused"] - kinds["resumed"] == int(outcome.verdict == "paused")
