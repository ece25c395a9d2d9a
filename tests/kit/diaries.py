"""Read appeals written as diaries, and evaluate them in batch and with a monitor.

A diary is a list of lines such as "Wed 12.03.2025 10:15 created citizen". The schedule S8 is
09:00-13:00, 14:00-18:00, S9 is 09:00-18:00; a short day ends at 17:00. Tests calculate the expected
answers by hand, on difficult dates: short days, working Saturdays, New Year, days off by decree,
and clock changes.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workhours_sla import (
    Calendar,
    Evaluation,
    Event,
    EventType,
    Monitor,
    Outcome,
    Policy,
    Schedule,
    Target,
    evaluate,
    holder_spans,
    working_hours,
)
from workhours_sla.text.amounts import format_amount

HOURS = "Mo-Fr 09:00-13:00,14:00-18:00"
VOLGOGRAD = Calendar.get("RU-VGG")
S8 = Schedule(VOLGOGRAD, HOURS)
S9 = Schedule(VOLGOGRAD, "Mo-Fr 09:00-18:00")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROLES = ("citizen", "official", "coordinator", "system")
WORDS: dict[str, dict[str, Any]] = {role: {"author_role": role} for role in ROLES}
WORDS |= {"substantive": {"substantive": True}, "formal": {"substantive": False}}
WORDS |= {"interim": {"reason": "interim"}}
FIELDS = {"id": "event_id", "of": "refers_to", "agency": "agency_id", "district": "district_id"}


def at(text: str) -> datetime:
    """Parse a time like "Wed 12.03.2025 10:15"; without an offset it is a time in Volgograd."""
    weekday, day, time = text.split()
    when = datetime.fromisoformat("-".join(reversed(day.split("."))) + f"T{time}")
    assert WEEKDAYS[when.weekday()] == weekday, text
    return when if when.tzinfo else when.replace(tzinfo=S8.tz)


def entry(appeal: str, number: int, line: str) -> Event:
    """Parse a line of a diary: time, type, words, and the receipt if it was later."""
    happened, _, receipt = line.partition("; received ")
    weekday, day, time, kind, *words = happened.split()
    fields: dict[str, Any] = {"event_id": f"{appeal}/{number}"}
    for word in words:
        name, is_pair, value = word.partition("=")
        fields |= {FIELDS.get(name, name): value} if is_pair else WORDS[word]
    when = at(f"{weekday} {day} {time}")
    received = at(receipt) if receipt else when
    fields |= {"type": EventType(kind), "occurred_at": when, "received_at": received}
    return Event(appeal_id=appeal, **fields)


def life(appeal: str, *lines: str) -> list[Event]:
    return [entry(appeal, number, line) for number, line in enumerate(lines)]


def target(name: str = "answer", **options: Any) -> Target:
    """Return a target; unless ``options`` differ, its budget is four working hours on S8."""
    budget = options.pop("budget", working_hours(4))
    return Target(name, budget, options.pop("schedule", S8), **options)


def clock(when: datetime | None, tz: ZoneInfo = S8.tz) -> str:
    if when is None:
        return "unknown"
    local = when.astimezone(tz)
    return f"{WEEKDAYS[local.weekday()]} {local:%d.%m.%Y %H:%M}"


def sentence(outcome: Outcome) -> str:
    """Describe an outcome: "breached by 0:25, due Mon 15.09.2025 14:10, used 4:25"."""
    verdict = str(outcome.verdict)
    if outcome.overdue:
        verdict += f" by {format_amount(outcome.overdue)}"
    assert outcome.elapsed is not None
    return f"{verdict}, due {clock(outcome.due_at)}, used {format_amount(outcome.elapsed)}"


FINAL = {"met", "breached", "withdrawn", "excluded"}


def ask(events: list[Event], as_of: str, *targets: Target) -> Evaluation:
    """Evaluate events in batch, and check that monitors with the events in two orders agree."""
    policy = Policy(targets or [target()])
    result = evaluate(events, policy, as_of=at(as_of))
    assert (result.quarantine, result.unmatched) == ((), ())
    verdicts = {(one.appeal_id, one.target, one.cycle): {one.verdict} for one in result.outcomes}
    for order in (events, events[::-1]):
        monitor = Monitor(policy)
        log = [change for event in order for change in monitor.apply(event)]
        log += monitor.advance(at(as_of))
        retracted = {change.retracts for change in log}
        kinds: dict[tuple[str, str, int], set[str]] = {}
        for one in log:
            if one.retracts is None and one.change_id not in retracted:
                kinds.setdefault((one.appeal_id, one.target, one.cycle), set()).add(one.kind)
        final = {key: found & FINAL for key, found in kinds.items()}
        assert final == {key: verdict & FINAL for key, verdict in verdicts.items()}
    return result


def judge(events: list[Event], as_of: str, *targets: Target) -> dict[str, str]:
    """Return the sentence of each target, keyed by its name; there must be one appeal."""
    outcomes = ask(events, as_of, *targets).outcomes
    assert len({outcome.target for outcome in outcomes}) == len(outcomes)
    return {outcome.target: sentence(outcome) for outcome in outcomes}


def only(events: list[Event], as_of: str, *targets: Target) -> Outcome:
    (outcome,) = ask(events, as_of, *targets).outcomes
    return outcome


def phases(events: list[Event], as_of: str, of: Target) -> list[tuple[str, str | None, str]]:
    """Return (phase, holder, working time) of each span of an appeal, in order."""
    spans = holder_spans(events, of, as_of=at(as_of))
    return [(span.phase, span.holder, format_amount(span.worked)) for span in spans]
