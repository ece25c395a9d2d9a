"""Generate the events of an appeal from its post to the last one."""

import heapq
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from appeal_stream.arrivals import Arrival, Subjects
from appeal_stream.chance import Wheel, happens, stream
from appeal_stream.parameters import Parameters, ReplyClass
from appeal_stream.region import Unit
from workhours_sla import Schedule

CITIZEN = "citizen"
OFFICIAL = "official"
COORDINATOR = "coordinator"
SYSTEM = "system"

# The register in which coordinators and units keep appeals; citizens write in a channel.
REGISTER = "register"

_NO_TIME = timedelta(0)
_ONE_HOUR = timedelta(hours=1)
# Rounds of scaling the paces to their mean while they stay within their bounds.
_PACE_ROUNDS = 50


class Happening(NamedTuple):
    """An event of an appeal, before its delivery.

    `agency_id` is the unit that has the appeal then; a transfer names the one that gets it.
    """

    at: datetime
    type: str
    source: str
    author_role: str
    agency_id: str = ""
    substantive: bool | None = None
    reason: str | None = None


class Appeal(NamedTuple):
    """An appeal with all that happened to it, in order of time.

    `answered` is its first substantive reply. It is `owed` an answer unless it repeats another
    appeal or the citizen withdrew it before the answer.
    """

    arrival: Arrival
    happenings: list[Happening]
    answered: datetime | None
    owed: bool

    @property
    def id(self) -> str:
        """Return the appeal id of its events."""
        return appeal_id(self.arrival.number)


def appeal_id(number: int) -> str:
    """Return the id of the appeal with this number."""
    return f"A-{number:06}"


@dataclass(frozen=True, slots=True)
class Course:
    """The time from the start of work to the reply, in parts of the working time that it takes.

    The pause from `paused` to `resumed`, after `pause_part` of the work, does not count. On duty
    all time counts, not only working time.
    """

    office: Schedule
    start: datetime
    working_time: timedelta
    on_duty: bool = False
    pause_part: float = 1.0
    paused: datetime | None = None
    resumed: datetime | None = None

    def at(self, part: float) -> datetime:
        """Return the instant at which this part of the work is done."""
        if self.resumed is None or part <= self.pause_part:
            return self._after(self.start, self.working_time * part)
        return self._after(self.resumed, self.working_time * (part - self.pause_part))

    def last_leg(self) -> tuple[datetime, timedelta]:
        """Return the start of the work after the pause, if any, and the working time it takes."""
        if self.resumed is None:
            return self.start, self.working_time
        return self.resumed, self.working_time * (1 - self.pause_part)

    def _after(self, start: datetime, amount: timedelta) -> datetime:
        return start + amount if self.on_duty else self.office.deadline(start, amount)


class Queue:
    """A few officers who answer for the whole region, first come, first served."""

    def __init__(self, parameters: Parameters, office: Schedule, officers: int) -> None:
        """Begin with every officer free."""
        self._parameters = parameters
        self._office = office
        self._free = [_NO_TIME] * officers
        self._origin: datetime | None = None

    def wait(self, posted: datetime, rng: random.Random) -> timedelta:
        """Return the working time until an officer is free for a post, and occupy that officer."""
        self._origin = self._origin or posted
        now = self._office.elapsed(self._origin, posted)
        begins = max(now, heapq.heappop(self._free))
        pace = rng.uniform(
            self._parameters.answers_per_hour_low, self._parameters.answers_per_hour_high
        )
        heapq.heappush(self._free, begins + _ONE_HOUR / pace)
        return begins - now


def paces(parameters: Parameters, subjects: Subjects, seed: int) -> dict[str, float]:
    """Return each unit's factor for reply times: log-uniform steps scaled to the given mean."""
    fastest, slowest = parameters.pace_fastest, parameters.pace_slowest
    units = subjects.units.values
    steps = max(len(units) - 1, 1)
    drawn = [fastest * (slowest / fastest) ** (step / steps) for step in range(len(units))]
    stream(seed, "paces").shuffle(drawn)
    shares = [subjects.units.share(unit) for unit in units]
    for _ in range(_PACE_ROUNDS):
        mean = sum(pace * share for pace, share in zip(drawn, shares, strict=True))
        scale = parameters.pace_mean / mean
        drawn = [min(max(pace * scale, fastest), slowest) for pace in drawn]
    return {unit.id: pace for unit, pace in zip(units, drawn, strict=True)}


class Life:
    """Generates the events of appeals; the same seed and arrivals give the same events."""

    def __init__(
        self, parameters: Parameters, office: Schedule, subjects: Subjects, seed: int
    ) -> None:
        """Draw the pace of each unit."""
        self._parameters = parameters
        self._office = office
        self._units = subjects.units
        self._rng = stream(seed, "lives")
        self._pace = paces(parameters, subjects, seed)
        answered = sum(reply_class.share for reply_class in parameters.reply_classes)
        self._replies: Wheel[ReplyClass | None] = Wheel(
            [
                *((reply_class, reply_class.share) for reply_class in parameters.reply_classes),
                (None, 1 - answered),
            ]
        )
        self._queue = (
            None if parameters.officers is None else Queue(parameters, office, parameters.officers)
        )

    def of(self, arrival: Arrival) -> Appeal:
        """Return the appeal of an arrival, with all its events."""
        unit = arrival.subject.unit
        if arrival.repeats is not None:
            return Appeal(arrival, _with_holders(self._repeat(arrival), unit.id), None, owed=False)
        transferred = self._happens(self._parameters.transfer_share)
        first_unit = self._other_than(unit) if transferred else unit
        working_time, replies = self._working_time(unit)
        if self._queue is not None and replies:
            working_time += self._queue.wait(arrival.posted, self._rng)
        course = self._course(arrival, working_time)

        acts = self._on_the_way(arrival, course)
        if transferred:
            acts.append(
                Happening(
                    course.at(self._early()),
                    "transferred",
                    REGISTER,
                    OFFICIAL,
                    unit.id,
                    reason="wrong_addressee",
                )
            )
        done = self._done(course, max([act.at for act in acts], default=arrival.posted))
        story = [
            Happening(arrival.posted, "created", arrival.channel, CITIZEN),
            *self._intake(arrival.posted, min([act.at for act in acts], default=done)),
            *acts,
            *self._of_the_citizen(arrival),
        ]
        answered = done if replies else None
        if answered is not None:
            story.append(_substantive_reply(arrival, answered))
            story += self._aftermath(arrival, answered)
        story.sort(key=_when)
        return self._deleted(
            Appeal(arrival, _with_holders(story, first_unit.id), answered, owed=True)
        )

    # --- Time to the reply --------------------------------------------------------------------

    def _working_time(self, unit: Unit) -> tuple[timedelta, bool]:
        """Return the working time to a reply, and whether the reply ever comes.

        If none comes, the time only spaces the acts before it.
        """
        drawn = self._replies.draw(self._rng)
        reply_class = drawn or self._parameters.reply_classes[-1]
        return reply_class.working_time.draw(self._rng) * self._pace[unit.id], drawn is not None

    def _course(self, arrival: Arrival, working_time: timedelta) -> Course:
        parameters, office, posted = self._parameters, self._office, arrival.posted
        on_duty = not office.is_working(posted) and self._happens(parameters.duty_answer_share)
        course = Course(office, posted, working_time, on_duty)
        if on_duty or not self._happens(parameters.pause_share):
            return course
        pause_part = self._rng.random()
        paused = course.at(pause_part)
        resumed = paused + parameters.pause_length.draw(self._rng)
        return Course(office, posted, working_time, on_duty, pause_part, paused, resumed)

    def _done(self, course: Course, last_act: datetime) -> datetime:
        """Return the time of the reply: sometimes shortly after a closing, not after an opening."""
        parameters, office = self._parameters, self._office
        usual = course.at(1.0)
        if course.on_duty or not self._happens(parameters.overtime_share):
            return usual
        reach = parameters.overtime_reach
        since_opening = office.elapsed(usual - reach, usual)
        start, working_time = course.last_leg()
        if since_opening >= min(reach, working_time):
            return usual
        overtime = office.deadline(start, working_time - since_opening) + since_opening
        return overtime if overtime >= last_act else usual

    # --- Acts -----------------------------------------------------------------------------------

    def _intake(self, posted: datetime, first_act: datetime) -> list[Happening]:
        """Return registration and assignment, both before the first act of a unit."""
        parameters = self._parameters
        room = (first_act - posted) * parameters.intake_part
        registration = min(parameters.registration_delay.draw(self._rng), room)
        room = (room - registration) * parameters.intake_part
        assignment = min(parameters.assignment_delay.draw(self._rng), room)
        registered = posted + registration
        return [
            Happening(registered, "registered", REGISTER, SYSTEM),
            Happening(registered + assignment, "assigned", REGISTER, COORDINATOR),
        ]

    def _on_the_way(self, arrival: Arrival, course: Course) -> list[Happening]:
        """Return a formal reply and a pause, each in its share of cases."""
        parameters, channel = self._parameters, arrival.channel
        acts = []
        if self._happens(parameters.formal_first_share):
            at = course.at(self._early())
            acts.append(Happening(at, "replied", channel, OFFICIAL, substantive=False))
        if course.paused is not None and course.resumed is not None:
            waiting = "waiting_for_citizen"
            acts += [
                Happening(course.paused, "paused", REGISTER, OFFICIAL, reason=waiting),
                Happening(course.resumed, "citizen_message", channel, CITIZEN),
                Happening(course.resumed, "resumed", REGISTER, SYSTEM),
            ]
        return acts

    def _of_the_citizen(self, arrival: Arrival) -> list[Happening]:
        """Return the citizen's own acts: further messages and edits."""
        parameters = self._parameters
        acts = []
        for name, share, delay in (
            ("citizen_message", parameters.follow_up_share, parameters.follow_up_delay),
            ("edited", parameters.edit_share, parameters.edit_delay),
        ):
            if self._happens(share):
                at = arrival.posted + delay.draw(self._rng)
                acts.append(Happening(at, name, arrival.channel, CITIZEN))
        return acts

    def _aftermath(self, arrival: Arrival, answered: datetime) -> list[Happening]:
        """Return the consequences of a reply: review, reopening, further replies and closing."""
        parameters, office, rng = self._parameters, self._office, self._rng
        acts = []
        if self._happens(parameters.review_share):
            acts += self._review(arrival, answered)
        rounds = [answered]
        reopened = None
        if self._happens(parameters.reopen_share):
            reopened = answered + parameters.reopen_delay.draw(rng)
            channel, reason = arrival.channel, "not_resolved"
            acts.append(Happening(reopened, "reopened", channel, CITIZEN, reason=reason))
            again = self._next_reply(arrival, reopened)
            acts += again
            rounds += [reply.at for reply in again]
        if self._happens(parameters.close_share):
            for reply in rounds:
                closed = office.deadline(reply, parameters.close_working_delay.draw(rng))
                if reopened is None or reply > reopened or closed < reopened:
                    acts.append(Happening(closed, "closed", REGISTER, COORDINATOR))
        return acts

    def _review(self, arrival: Arrival, answered: datetime) -> list[Happening]:
        """Return the verdict of a reviewer, and after a bad verdict another reply."""
        parameters, rng = self._parameters, self._rng
        reviewed = self._office.deadline(
            answered + parameters.review_delay.draw(rng), parameters.review_working_moment.draw(rng)
        )
        overturned = self._happens(parameters.overturned_part)
        verdict = Happening(
            reviewed,
            "review",
            REGISTER,
            COORDINATOR,
            substantive=not overturned,
            reason="formal_reply" if overturned else None,
        )
        return [verdict, *(self._next_reply(arrival, reviewed) if overturned else [])]

    def _next_reply(self, arrival: Arrival, since: datetime) -> list[Happening]:
        """Return one more substantive reply, or nothing if none ever comes."""
        working_time, comes = self._working_time(arrival.subject.unit)
        at = self._office.deadline(since, working_time)
        return [_substantive_reply(arrival, at)] if comes else []

    def _deleted(self, appeal: Appeal) -> Appeal:
        """Return the appeal, with its post deleted in a share of cases."""
        parameters, arrival = self._parameters, appeal.arrival
        if not self._happens(parameters.delete_share):
            return appeal
        by_agency = self._happens(parameters.deleted_by_agency_part)
        delay = parameters.delete_delay.draw(self._rng)
        author, deleted = CITIZEN, arrival.posted + delay
        if by_agency:
            author, deleted = OFFICIAL, self._office.deadline(arrival.posted, delay)
        holder = appeal.happenings[0].agency_id
        story = [happening for happening in appeal.happenings if happening.at <= deleted]
        later = appeal.happenings[len(story) :]
        story.append(Happening(deleted, "deleted", arrival.channel, author))
        if self._happens(parameters.restored_part):
            restored = deleted + parameters.restore_delay.draw(self._rng)
            story.append(Happening(restored, "restored", arrival.channel, author))
            return appeal._replace(
                happenings=_with_holders(sorted([*story, *later], key=_when), holder)
            )
        answered = appeal.answered
        if answered is not None and answered > deleted:
            answered = None
        return Appeal(
            arrival, _with_holders(story, holder), answered, by_agency or answered is not None
        )

    def _repeat(self, arrival: Arrival) -> list[Happening]:
        """Return the events of an appeal that repeats an earlier one."""
        original = None if arrival.repeats is None else appeal_id(arrival.repeats)
        registered = arrival.posted + self._parameters.registration_delay.draw(self._rng)
        recognised = registered + self._parameters.assignment_delay.draw(self._rng)
        return [
            Happening(arrival.posted, "created", arrival.channel, CITIZEN),
            Happening(registered, "registered", REGISTER, SYSTEM),
            Happening(recognised, "duplicate_of", REGISTER, COORDINATOR, reason=original),
        ]

    # --- Small draws ------------------------------------------------------------------------------

    def _happens(self, share: float) -> bool:
        return happens(self._rng, share)

    def _early(self) -> float:
        return self._rng.uniform(self._parameters.early_act_from, self._parameters.early_act_to)

    def _other_than(self, unit: Unit) -> Unit:
        drawn = unit
        while drawn is unit:
            drawn = self._units.draw(self._rng)
        return drawn


def _substantive_reply(arrival: Arrival, at: datetime) -> Happening:
    return Happening(at, "replied", arrival.channel, OFFICIAL, substantive=True)


def _when(happening: Happening) -> datetime:
    return happening.at


def _with_holders(story: list[Happening], first_holder: str) -> list[Happening]:
    """Return the events with the holder of the appeal at each."""
    holder = first_holder
    found = []
    for happening in story:
        if happening.type == "transferred":
            holder = happening.agency_id
        found.append(happening._replace(agency_id=holder))
    return found
