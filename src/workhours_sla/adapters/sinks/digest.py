"""Texts for messengers: what each agency must know, at its opening and as budgets run out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from workhours_sla.sla.change import Change
from workhours_sla.sla.clock import Verdict
from workhours_sla.sla.evaluate import in_utc
from workhours_sla.sla.outcome import Outcome
from workhours_sla.sla.policy import Policy
from workhours_sla.sla.target import Target
from workhours_sla.text import words
from workhours_sla.worktime.budget import format_amount
from workhours_sla.worktime.schedule import Schedule

THRESHOLDS: Final = (50, 75, 100)
"""Per cent of the budget at whose passing an agency is told."""
LONGEST: Final = 4096
"""Characters that a message may have."""

TAKEN_BACK: Final = "taken_back"
"""Beside the kinds of changes, under what those are counted that take one back."""

_WAITING: Final = frozenset({Verdict.PENDING, Verdict.AT_RISK, Verdict.PAUSED, Verdict.BREACHED})
_PHRASES: Final[dict[str, words.Words]] = {
    "no_agency": {"en": "without an agency", "ru": "без ведомства"},
    "since": {"en": "Since the last message: {counts}", "ru": "С прошлого сообщения: {counts}"},
    "taken_back": {"en": "taken back {count}", "ru": "отменено {count}"},
    "late": {"en": "Overdue, unanswered: {count}", "ru": "Просрочено, без ответа: {count}"},
    "open": {"en": "To be answered: {count}", "ru": "Ждут ответа: {count}"},
    "due": {"en": "due {when}", "ru": "срок {when}"},
    "over": {"en": "overdue by {amount}", "ru": "просрочено на {amount}"},
    "left": {"en": "{amount} left", "ru": "осталось {amount}"},
    "used": {"en": "{percent} % of the time is used", "ru": "прошло {percent} % срока"},
}


class Digest(NamedTuple):
    """What to tell one agency, in messages that are to be sent in order."""

    agency_id: str | None
    messages: tuple[str, ...]


def count_changes(changes: Iterable[Change]) -> dict[str | None, Counter[str]]:
    """Return for each agency how many changes of each kind there were, and how many taken back."""
    found: dict[str | None, Counter[str]] = {}
    for change in changes:
        what = TAKEN_BACK if change.retracts is not None else change.kind.value
        found.setdefault(change.agency_id, Counter())[what] += 1
    return found


def waiting_of(outcomes: Iterable[Outcome]) -> dict[str | None, list[Outcome]]:
    """Return for each agency the outcomes that still wait for an answer."""
    found: dict[str | None, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.verdict in _WAITING and outcome.answered_at is None:
            found.setdefault(outcome.agency_id, []).append(outcome)
    return found


def targets_of(policy: Policy) -> dict[str, Target]:
    """Return the targets of a policy by their names."""
    return {target.name: target for target in policy.targets}


def digest_of(  # noqa: PLR0913
    agency: str | None,
    changed: Mapping[str, int],
    waiting: Sequence[Outcome],
    schedule: Schedule,
    *,
    since: datetime,
    now: datetime,
    targets: Mapping[str, Target],
    lang: str,
    name: str | None = None,
) -> Digest | None:
    """Return what to send to an agency at ``now``, if ``since`` was the last time of asking.

    ``changed`` is what ``count_changes`` found since it was told last, ``waiting`` its outcomes of
    ``waiting_of`` as of ``now``, ``schedule`` its working time, ``name`` what it is called. It is
    told only within its working time: when it has opened since, and when an unanswered appeal has
    passed 50, 75 or 100 % of its budget since. Budgets are used up by the schedules of
    ``targets``, those of ``targets_of``; of a budget that is not in working time the share is of
    the working time until it is due. Without anything to answer or to report there is None. A
    message has at most 4,096 characters. Raises NaiveDatetimeError, CalendarCoverageError.
    """
    since, now = in_utc("since", since), in_utc("now", now)
    if not (changed or waiting) or not schedule.is_working(now):
        return None
    waited = not schedule.is_working(since)
    passed: dict[int, int] = {}
    for outcome in waiting:
        target = targets.get(outcome.target)
        runs_on = (target and target.schedule_for(outcome)) or schedule
        percent = _passed(outcome, runs_on, since, now, waited=waited)
        if percent is not None:
            passed[id(outcome)] = percent
    if not passed and not _opened(schedule, since, now):
        return None
    page = _Page(schedule, now, lang, passed)
    return Digest(agency, tuple(_messages(page.lines(name or agency, changed, waiting))))


def _opened(schedule: Schedule, since: datetime, now: datetime) -> bool:
    """Whether a date's working time began since, not only a part of it after a break."""
    for stretch in schedule.intervals(since, now + timedelta.resolution):
        opening = stretch.start.astimezone(schedule.tz)
        midnight = opening.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if stretch.start > since and not schedule.intervals(midnight, opening):
            return True
    return False


def _passed(
    outcome: Outcome, schedule: Schedule, since: datetime, now: datetime, *, waited: bool
) -> int | None:
    """Return the last threshold that was passed since, None where there is none.

    ``waited``: what was passed just as the agency's working time ended waits for it to go on.
    """
    used = outcome.elapsed
    if used is None or outcome.verdict is Verdict.PAUSED:
        return None
    if isinstance(outcome.budget, timedelta):
        whole = outcome.budget
    elif outcome.due_at is not None:
        whole = used + schedule.elapsed(now, outcome.due_at)
    else:
        return None
    started = outcome.started_at or outcome.posted_at
    before = used
    if started < now:
        before -= schedule.elapsed(max(since, started), now, pauses=outcome.pauses)
    for percent in reversed(THRESHOLDS):
        share = whole * percent / 100
        if before < share <= used or (waited and before == share):
            return percent
    return None


class _Page:
    """The lines of one agency's digest."""

    def __init__(
        self, schedule: Schedule, now: datetime, lang: str, passed: dict[int, int]
    ) -> None:
        self._tz = schedule.tz
        self._now = now
        self._lang = lang
        self._passed = passed

    def lines(
        self, name: str | None, changed: Mapping[str, int], waiting: Sequence[Outcome]
    ) -> Iterator[str]:
        yield f"{name or self._say('no_agency')} · {self._time(self._now)}"
        if changed:
            yield self._say("since", counts=", ".join(self._counts(changed)))
        late = [outcome for outcome in waiting if outcome.verdict is Verdict.BREACHED]
        rest = [outcome for outcome in waiting if outcome.verdict is not Verdict.BREACHED]
        for title, outcomes in (("late", late), ("open", rest)):
            if outcomes:
                yield ""
                yield self._say(title, count=len(outcomes))
                yield from map(self._line, sorted(outcomes, key=self._urgency))

    def _counts(self, changed: Mapping[str, int]) -> Iterator[str]:
        for kind, word in words.CHANGES.items():
            if changed.get(kind):
                yield f"{words.pick(word, self._lang)} {changed[kind]}"
        if changed.get(TAKEN_BACK):
            yield self._say("taken_back", count=changed[TAKEN_BACK])

    def _urgency(self, outcome: Outcome) -> tuple[bool, datetime, str]:
        due = outcome.due_at
        return due is None, self._now if due is None else in_utc("due_at", due), outcome.appeal_id

    def _line(self, outcome: Outcome) -> str:
        facts = []
        if outcome.verdict is Verdict.PAUSED:
            facts.append(words.pick(words.VERDICTS["paused"], self._lang))
        if outcome.due_at is not None:
            facts.append(self._say("due", when=self._time(outcome.due_at)))
        if outcome.overdue:
            facts.append(self._say("over", amount=_whole(outcome.overdue)))
        elif outcome.remaining is not None:
            facts.append(self._say("left", amount=_whole(outcome.remaining)))
        if id(outcome) in self._passed:
            facts.append(self._say("used", percent=self._passed[id(outcome)]))
        return f"• {outcome.appeal_id}, {outcome.target}: {', '.join(facts)}"

    def _time(self, when: datetime) -> str:
        local = when.astimezone(self._tz)
        day = words.WEEKDAYS[self._lang][local.weekday()]
        return f"{day} {words.short_date(local.date(), self._lang)} {local:%H:%M}"

    def _say(self, key: str, **facts: object) -> str:
        return words.pick(_PHRASES[key], self._lang).format(**facts)


def _whole(amount: timedelta) -> str:
    """Return an amount without parts of a second, which nobody needs to read."""
    return format_amount(amount - amount % timedelta(seconds=1))


def _messages(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines in as few messages as hold them."""
    message = ""
    for line in lines:
        whole = line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
        if message and len(message) + 1 + len(whole) > LONGEST:
            yield message.rstrip("\n")
            message = ""
        message = f"{message}\n{whole}" if message else whole
    if message:
        yield message
