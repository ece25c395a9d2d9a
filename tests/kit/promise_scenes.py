"""Random events and policies, for tests that compare the library with ``promise_oracle``."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from kit import promise_oracle as oracle
from kit.promise_oracle import Answer, Expected, Fit, Promise
from kit.values import DAY, HOUR, MINUTE, OFFICE, SECOND, TICK
from workhours_sla import (
    Calendar,
    CalendarDays,
    ClockTime,
    Evaluation,
    Event,
    EventType,
    Months,
    Outcome,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    Target,
    WorkingDays,
    WorkingDaysInHours,
    evaluate,
)

SCHEDULES = (
    OFFICE,
    Schedule("RU", "Mo-Fr 09:00-18:00", tz="Europe/Moscow"),
    Schedule(None, "Mo-Su 08:00-20:00", tz="Europe/Berlin"),
    Schedule(Calendar.plain([date(2025, 3, 28)]), "Mo-Fr 22:00-06:00", tz="Europe/Berlin"),
    Schedule("RU-VGG", "Mo-Th 09:00-18:00; Fr 09:00-16:45", shorten_at_start=True),
)
ANCHORS = (
    date(2024, 4, 26),  # a working Saturday, then days off until 1 May
    date(2025, 3, 11),
    date(2025, 3, 28),  # Berlin puts its clocks forward on the Sunday after it
    date(2025, 10, 24),  # Berlin puts its clocks back on the Sunday after it
    date(2025, 10, 31),  # a short working Saturday, then four days off
    date(2025, 12, 29),
    date(2020, 12, 25),  # Volgograd returns to Moscow time on the Sunday after it
)
EDGES = (0, 119, 120, 150, 360, 540, 780, 840, 1020, 1080, 1200, 1320)
"""The minutes of the day at which shifts begin or end, or clocks are changed."""


def target_of(promise: Promise) -> Target:
    given = {one.name: getattr(promise, one.name) for one in fields(promise)}
    schedules = given.pop("schedules")
    if by := given.pop("by"):
        given["schedule"] = ScheduleBy(by, schedules)
    return Target(**given)


PLURALS = {one: f"{one}s" for one in ("channel", "topic", "importance", "regime")}
PLURALS |= {"agency_id": "agencies", "district_id": "districts"}


def rule_of(fit: Fit) -> Rule:
    wanted = {PLURALS[name]: values for name, values in fit.wanted.items()}
    span = {"valid_from": fit.valid_from, "valid_until": fit.valid_until}
    return Rule([target_of(promise) for promise in fit.promises], **wanted, **span)


@dataclass(frozen=True)
class Scene:
    events: tuple[Event, ...]
    fits: tuple[Fit, ...]
    as_of: datetime
    from_change: bool = False
    bare: bool = False
    """Whether the policy is built from a list of targets, without rules."""
    anchor: date = ANCHORS[1]

    @property
    def policy(self) -> Policy:
        on_change = "from_change" if self.from_change else "from_creation"
        if self.bare:
            targets = [target_of(promise) for promise in self.fits[0].promises]
            return Policy(targets, on_change=on_change)
        return Policy([rule_of(fit) for fit in self.fits], on_change=on_change)

    def expected(self) -> Answer:
        return oracle.expected(self.events, self.fits, self.as_of, from_change=self.from_change)

    def found(self) -> Evaluation:
        return evaluate(self.events, self.policy, as_of=self.as_of)


NAMES = (
    *("appeal_id", "target", "cycle", "verdict", "posted_at", "started_at", "answered_at"),
    *("withdrawn_at", "due_at", "limit", "elapsed", "needs_review", "pauses", "overdue"),
    *("agency_id", "district_id", "channel", "topic"),
)


def row_expected(outcome: Expected) -> dict[str, Any]:
    """Return the fields of an expected outcome that docs/en/reference/targets.md defines."""
    own = outcome.attributes
    return {name: own[name] if name in own else getattr(outcome, name) for name in NAMES}


def row_found(outcome: Outcome) -> dict[str, Any]:
    """Return the same fields, in UTC: equal times in two zones may compare as different."""
    found = {name: getattr(outcome, name) for name in NAMES}
    found["pauses"] = tuple((a.astimezone(UTC), b.astimezone(UTC)) for a, b in outcome.pauses)
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in found.items()
    }


REPLIED, CLOSED, DELETED = EventType.REPLIED, EventType.CLOSED, EventType.DELETED
RESTS = (
    *(frozenset({"closed"}), frozenset({"assigned", "replied"}), frozenset({"transferred"})),
    *(frozenset({"registered", "edited"}), frozenset({"deleted", "closed", "corrected"})),
)


@dataclass(frozen=True)
class Plot:
    """Types of events that affect each other, and the target options that depend on them."""

    kinds: tuple[EventType, ...]
    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


PLOTS = (
    Plot((REPLIED, CLOSED, EventType.REOPENED), {"stops": ("first_reply", *RESTS)}),
    Plot((REPLIED, REPLIED, CLOSED, EventType.REOPENED), {"stops": ("final_reply",)}),
    Plot((REPLIED, EventType.PAUSED, EventType.PAUSED, EventType.RESUMED), {"pauses": (True,)}),
    Plot(
        (REPLIED, EventType.TRANSFERRED, EventType.TRANSFERRED),
        {"on_transfer": ("restart", "resume"), "budget": (4 * HOUR, 20 * HOUR)},
    ),
    Plot((REPLIED, EventType.CITIZEN_MESSAGE), {"stops": ("next_reply",)}),
    Plot((REPLIED, EventType.REVIEW), {"stops": ("substantive_reply",)}),
    Plot((REPLIED, DELETED, DELETED, EventType.RESTORED)),
    Plot((REPLIED, EventType.CORRECTED, EventType.CORRECTED, EventType.EDITED)),
    Plot(
        (REPLIED, EventType.REGISTERED, EventType.ASSIGNED, EventType.CREATED),
        {"starts": ("registered", "assigned", "interim", "detected")},
    ),
    Plot(
        (REPLIED, EventType.TRANSFERRED, EventType.ASSIGNED, EventType.PAUSED, EventType.RESUMED),
        {"on_transfer": ("restart", "resume"), "pauses": (True,), "budget": (4 * HOUR, 20 * HOUR)},
    ),
    Plot((REPLIED, EventType.PAUSED, DELETED, EventType.CITIZEN_MESSAGE), {"pauses": (True,)}),
    Plot(tuple(kind for kind in EventType if kind != EventType.DUPLICATE_OF)),
)
FACTS: Mapping[str, tuple[str, ...]] = {
    "agency_id": ("A", "B"),
    "district_id": ("north", "south"),
    "channel": ("vk", "site"),
    "topic": ("roads", "waste"),
    "importance": ("high", "low"),
    "regime": ("59fz", "pos"),
}
LAGS = (
    *[timedelta(0)] * 50,
    *(5 * MINUTE, HOUR, HOUR, 3 * DAY),
    *(-4 * MINUTE, -5 * MINUTE, -5 * MINUTE - 99 * TICK),
)
NOWHERE = ("nowhere", "0-a-1", "1-a-2", "2-a-3", "0-b-1", "1-b-0")
"""Ids that a random event may refer to: of its own appeal, of another one, or of no event."""
ROLES = (None, None, *["official"] * 5, "citizen", "coordinator", "system")
BUDGETS = (
    *(HOUR, 4 * HOUR, 4 * HOUR, 8 * HOUR, 9 * HOUR, 20 * HOUR),
    *(17 * MINUTE, 95 * MINUTE, 245 * MINUTE, 11 * HOUR + 39 * MINUTE, 5 * HOUR + TICK),
    *(WorkingDays(1), WorkingDays(3), WorkingDays(2, count_from="same_day")),
    *(CalendarDays(1, roll="none"), CalendarDays(5, roll="following")),
    *(CalendarDays(5, roll="preceding"),),
    CalendarDays(3, roll="following", count_from="same_day"),
    *(Months(1, roll="following"), ClockTime(6 * HOUR), ClockTime(30 * HOUR)),
    *(WorkingDaysInHours(1), WorkingDaysInHours(2)),
)
CAPS = (
    *(2 * HOUR, WorkingDays(1), CalendarDays(1, roll="none"), ClockTime(5 * HOUR)),
    WorkingDaysInHours(1),
)
STARTS = (*["posted"] * 8, "detected", "registered", "assigned", "interim")
STOPS = (*["first_reply", "substantive_reply"] * 3, "final_reply", "next_reply", *RESTS)


@dataclass(frozen=True)
class Chance:
    """A source of random choices. Hypothesis draws only its seed, so that scenes differ widely."""

    of: random.Random

    def one(self, values: Sequence[Any]) -> Any:
        return self.of.choice(values)

    def some(self, values: Sequence[Any], least: int, most: int) -> list[Any]:
        return self.of.sample(values, self.of.randint(least, most))

    def once_in(self, many: int) -> bool:
        return not self.of.randrange(many)

    def tick(self) -> timedelta:
        return self.one([timedelta(0), TICK, -TICK])

    def instant(self, anchor: date) -> datetime:
        """Return an instant within two weeks after the anchor, often at an edge of a shift."""
        tz = self.one(SCHEDULES).tz
        day = anchor + self.one([0, 0, 0, 1, 1, 2, 3, 4, 6, 10, 14]) * DAY
        minute = self.one([self.one(EDGES), self.of.randrange(1440), self.of.randrange(540, 1080)])
        wall = datetime.combine(day, time(), tz) + minute * MINUTE
        return wall.astimezone(UTC) + self.one([timedelta(0)] * 6 + [TICK, -TICK, 17 * SECOND])

    def facts(self) -> dict[str, Any]:
        names = list(FACTS) if self.once_in(2) else self.some(list(FACTS), 0, len(FACTS))
        return {name: self.one(FACTS[name]) for name in names if not self.once_in(8)}

    def words(self, kind: EventType, before: Sequence[Event]) -> dict[str, Any]:
        said: dict[str, Any] = {}
        if self.once_in(3):
            name = self.one(list(FACTS))
            said[name] = self.one(FACTS[name])
        if kind == REPLIED:
            said["author_role"] = self.one(ROLES)
            said["substantive"] = self.one([True, True, False, None, None])
            said["reason"] = self.one([None, None, "interim"])
        elif kind in {CLOSED, DELETED}:
            said["author_role"] = self.one([None, "citizen", "citizen", "official"])
        elif kind in {EventType.TRANSFERRED, EventType.ASSIGNED}:
            said["author_role"] = self.one([None, None, "official", "coordinator"])
            if kind == EventType.TRANSFERRED:
                said["agency_id"] = self.one([*"ABCABC", None])
            elif self.once_in(2):
                said["agency_id"] = self.one("ABC")
        elif kind in {EventType.REVIEW, EventType.CORRECTED}:
            said |= self.words_about_another(kind, before)
        return said

    def words_about_another(self, kind: EventType, before: Sequence[Event]) -> dict[str, Any]:
        able = ids(before, lambda e: e.type == REPLIED)
        if kind == EventType.CORRECTED:
            able = ids(before, lambda e: e.type != EventType.CORRECTED)
        said = {"refers_to": self.one([None, *able])}
        if self.once_in(4):  # the id of any event, or of none
            said["refers_to"] = self.one([*ids(before, lambda _: True), *NOWHERE])
        if kind == EventType.REVIEW:
            said["substantive"] = self.one([True, True, False, False, None])
        elif said["refers_to"] is not None:
            said["author_role"] = self.one([None, "official", "citizen"])
            said["substantive"] = self.one([None, None, True, False])
        return said

    def life(
        self, appeal_id: str, anchor: date, plots: Sequence[Plot], most: int = 24
    ) -> list[Event]:
        """Return random events of one appeal, often several at one instant."""
        many = self.of.randint(4, 8) if self.once_in(2) else self.of.randint(1, 3)
        times = sorted(self.instant(anchor) for _ in range(many))
        kinds = [self.one(self.one(plots).kinds) for _ in range(self.of.randint(1, most))]
        if self.once_in(20):
            kinds.append(EventType.DUPLICATE_OF)
        if not self.once_in(20):
            kinds.insert(0, EventType.CREATED)
        found: list[Event] = []
        for number, kind in enumerate(kinds):
            said = self.words(kind, found) if number else self.facts()
            when = self.one(times if number or self.once_in(6) else times[:1])
            event_id = f"{self.of.randrange(3)}-{appeal_id}-{number}"
            if found and self.once_in(80):
                event_id = self.one(found).event_id  # another content under an id that exists
            received_at = when + self.one(LAGS) + self.one([0, 0, number + 1]) * TICK
            found.append(Event(event_id, appeal_id, kind, when, received_at, **said))
        return found

    def promise(self, name: str, plots: Sequence[Plot]) -> Promise:
        schedule, by, schedules = self.one(SCHEDULES), "", {}
        if self.once_in(6):
            schedule, by = None, self.one(["agency_id", "district_id", "channel"])
            schedules = {value: self.one(SCHEDULES) for value in self.some(FACTS[by], 1, 2)}
        said = {
            "budget": self.one(BUDGETS),
            "starts": self.one(STARTS),
            "stops": self.one(STOPS),
            "pauses": self.once_in(2),
            "on_transfer": self.one(["keep", "keep", "restart", "resume"]),
        }
        for plot in plots:
            if not self.once_in(3):
                said |= {option: self.one(values) for option, values in plot.options.items()}
        if said["on_transfer"] == "resume" and not isinstance(
            said["budget"], timedelta | WorkingDaysInHours
        ):
            said["on_transfer"] = "restart"  # only a budget of working time can be resumed
        cap = self.one([None, None, *CAPS])
        return Promise(
            name,
            schedule=schedule,
            by=by,
            schedules=schedules,
            pause_cap=cap if said["pauses"] else None,
            on_reopen=self.one(["cycle", "cycle", "ignore"]),
            warn=self.one([HOUR, HOUR, timedelta(0), 3 * HOUR]),
            warn_percent=self.one([None, None, 50, 80]),
            closing=self.one(["latest", "latest", "strict"]),
            **said,
        )

    def rule(self, number: int, times: Sequence[datetime], plots: Sequence[Plot]) -> Fit:
        names = self.some(list(FACTS), 1, 2) if number else []
        wanted = {name: tuple(self.some(FACTS[name], 1, 2)) for name in names}
        valid_from, valid_until = None, None
        if self.once_in(4):
            valid_from = self.one(times) + self.tick()
            if self.once_in(2):
                valid_until = valid_from + self.one([TICK, HOUR, 2 * DAY, 20 * DAY])
        elif self.once_in(4):
            valid_until = self.one(times) + self.tick()
        kept = [self.promise(f"{number}.{n}", plots) for n in range(self.of.randint(1, 3))]
        return Fit(tuple(kept), wanted, valid_from, valid_until)

    def scene(self) -> Scene:
        anchor, plots = self.one(ANCHORS), self.some(PLOTS, 1, 2)
        events = self.life("a", anchor, plots)
        if self.once_in(4):
            events += self.life("b", anchor, plots, most=6)
        bare = self.once_in(2)
        if bare:
            many = range(self.of.randint(1, 4))
            fits = (Fit(tuple(self.promise(f"{n}", plots) for n in many)),)
        else:
            posted = [event.occurred_at for event in events if event.type == EventType.CREATED]
            times = posted or [self.instant(anchor)]
            many = range(self.of.randint(1, 3))
            fits = tuple(self.rule(n, times, plots) for n in reversed(many))
        end, from_change = as_of_the_end(events, anchor), not bare and self.once_in(2)
        return Scene(tuple(events), fits, end, from_change, bare, anchor)

    def nearly_late(self, scene: Scene) -> Scene:
        """End the scene with an event close to an instant at which a verdict changes."""
        edges = edges_of(scene)
        if not edges:
            return scene
        when, kind = self.one(edges) + self.tick(), self.one([REPLIED, REPLIED, CLOSED, DELETED])
        role = "citizen" if kind == DELETED else None
        last = Event("last", "a", kind, when, when, author_role=role, substantive=True)
        before = [event for event in scene.events if event.type not in {REPLIED, CLOSED, DELETED}]
        return replace(scene, events=(*before, last))


def ids(events: Sequence[Event], are: Callable[[Event], bool]) -> list[str]:
    return [event.event_id for event in events if are(event)]


def as_of_the_end(events: Sequence[Event], anchor: date) -> datetime:
    last = max((event.occurred_at for event in events), default=datetime.min.replace(tzinfo=UTC))
    return max(last, datetime.combine(anchor, time(), UTC)) + 45 * DAY


def edges_of(scene: Scene) -> list[datetime]:
    found = set()
    for outcome in scene.expected().outcomes:
        found |= {outcome.started_at, outcome.answered_at, outcome.due_at, outcome.limit}
        if outcome.due_at:
            budget = outcome.promise.budget
            ahead = [HOUR, 3 * HOUR]
            ahead += [budget / 2, budget / 5] if isinstance(budget, timedelta) else []
            found |= {outcome.due_at - amount for amount in ahead}
        found |= {edge for pause in outcome.pauses for edge in pause}
    return sorted(found - {None})


CHANCES = st.binary(min_size=8, max_size=8).map(random.Random).map(Chance)
MASKS = st.binary(min_size=4, max_size=4).map(int.from_bytes)
"""Bits that select the events to keep: about half, and fewer as hypothesis shrinks a scene."""


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    chance, mask = draw(CHANCES), draw(MASKS)
    scene = chance.scene()
    numbered = enumerate(scene.events)
    kept = [event for number, event in numbered if not number or mask >> number & 1]
    scene = replace(scene, events=tuple(kept))
    if chance.once_in(3):
        scene = chance.nearly_late(scene)
    edges, times = edges_of(scene), [event.occurred_at for event in scene.events]
    as_of = chance.one([*[scene.as_of] * (len(edges) + 4), *edges, *times])
    return replace(scene, as_of=as_of + chance.tick())


@st.composite
def unknown_scenes(draw: st.DrawFn) -> tuple[Scene, Scene, Scene]:
    """Draw a scene with unknown dates, and the scene with all of them working or all days off."""
    chance, anchor = draw(CHANCES), local("2025-03-11 00:00")
    last = anchor.date() + chance.of.randint(1, 7) * DAY
    far = [last + n * DAY for n in range(1, 60)]
    calendars = (Calendar.plain(last=last), Calendar.plain(), Calendar.plain(far))
    hours = chance.one(["Mo-Su 09:00-18:00", "Mo-Su 09:00-13:00,14:00-18:00"])
    promise = replace(chance.promise("p", PLOTS[:1]), starts="posted", by="")

    def instant() -> datetime:
        day, minute = chance.one([0, 0, 1, 2, 3, 5, 8, 12]), chance.one(EDGES)
        return max(posted, anchor + day * DAY + minute * MINUTE + chance.tick())

    posted = anchor + chance.of.randint(9, 19) * HOUR
    events = [Event("0", "a", EventType.CREATED, posted, posted)]
    for number in range(chance.of.randint(0, 2)):
        kind, when = chance.one([REPLIED, DELETED, EventType.PAUSED]), instant()
        role = "citizen" if kind == DELETED else None
        events.append(Event(f"{number + 1}", "a", kind, when, when, author_role=role))
    as_of = instant()
    schedules = [Schedule(calendar, hours, tz=OFFICE.tz) for calendar in calendars]
    fits = [(Fit((replace(promise, schedule=schedule),)),) for schedule in schedules]
    return tuple(Scene(tuple(events), fit, as_of, bare=True) for fit in fits)


S9 = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
FOUR = Promise("p", 4 * HOUR, OFFICE)


def by_engine(scene: Scene) -> list[dict[str, Any]]:
    return [row_found(outcome) for outcome in scene.found().outcomes]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.tz).astimezone(UTC)


def story(*lines: str, **more: dict[str, Any]) -> tuple[Event, ...]:
    """Parse events written as "date time type"; ``more`` maps a type to further fields."""
    found = []
    for number, line in enumerate(lines):
        day, clock, kind = line.split()
        when = local(f"{day} {clock}")
        fields = more.get(kind, {})
        found.append(Event(f"e{number}", "a", EventType(kind), when, when, **fields))
    return tuple(found)
