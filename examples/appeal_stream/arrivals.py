"""Generate the posts of citizens: a Poisson stream with a random rate, and incidents."""

import heapq
import itertools
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appeal_stream.chance import Wheel, fitted, happens, stream, zipf_shares
from appeal_stream.parameters import DAYS_PER_WEEK, Parameters
from appeal_stream.region import DISTRICTS, UNITS, Unit
from workhours_sla import Schedule

ONE_DAY = timedelta(days=1)

# A time of day that is working time on every working date, short ones included.
_MID_MORNING = time(10)
_WEEKEND = (5, 6)
# Rounds of proportional fitting; six digits no longer change long before.
_FITTING_ROUNDS = 200


class Span(NamedTuple):
    """A number of local dates, from the first on."""

    first: date
    days: int

    def dates(self) -> Iterator[date]:
        """Yield the dates in order."""
        return (self.first + number * ONE_DAY for number in range(self.days))


class Subject(NamedTuple):
    """The unit that owes the answer, the district of the matter, and its topic."""

    unit: Unit
    district_id: str
    topic: str


class Arrival(NamedTuple):
    """One post of a citizen; `repeats` is the number of the appeal that it repeats, if any."""

    number: int
    posted: datetime
    subject: Subject
    channel: str
    repeats: int | None = None


class Incident(NamedTuple):
    """A burst: for some days one subject is `factor` times as frequent."""

    first: date
    days: int
    subject: Subject
    factor: float

    def covers(self, day: date) -> bool:
        """Return whether the incident includes this day."""
        return self.first <= day < self.first + self.days * ONE_DAY


class Subjects:
    """Draws subjects so that units follow a Zipf law and topics their published shares."""

    def __init__(self, parameters: Parameters) -> None:
        """Fit the table of units and topics to both sums."""
        topics = [topic for topic, _ in parameters.topic_shares]
        topic_shares = [share for _, share in parameters.topic_shares]
        unit_shares = zipf_shares(len(UNITS), parameters.zipf_exponent)
        affinity = [
            [share if topic in unit.topics else 0.0 for topic, share in parameters.topic_shares]
            for unit in UNITS
        ]
        table = fitted(affinity, unit_shares, topic_shares, _FITTING_ROUNDS)
        self.units: Wheel[Unit] = Wheel(zip(UNITS, unit_shares, strict=True))
        self._topics: dict[str, Wheel[str]] = {
            unit.id: Wheel(zip(topics, row, strict=True))
            for unit, row in zip(UNITS, table, strict=True)
        }
        district_shares = zipf_shares(len(DISTRICTS), parameters.zipf_exponent)
        self._districts: Wheel[str] = Wheel(
            (district.id, share) for district, share in zip(DISTRICTS, district_shares, strict=True)
        )

    def draw(self, rng: random.Random) -> Subject:
        """Return one subject."""
        unit = self.units.draw(rng)
        topic = self._topics[unit.id].draw(rng)
        return Subject(unit, unit.district_id or self._districts.draw(rng), topic)

    def concentration(self) -> float:
        """Return the probability that two appeals have the same subject."""
        topics = {unit_id: wheel.concentration() for unit_id, wheel in self._topics.items()}
        districts = self._districts.concentration()
        return sum(
            self.units.share(unit) ** 2
            * topics[unit.id]
            * (districts if unit.district_id is None else 1.0)
            for unit in self.units.values
        )

    def share(self, subject: Subject) -> float:
        """Return the share of one subject among all the appeals."""
        share = self.units.share(subject.unit)
        share *= self._topics[subject.unit.id].share(subject.topic)
        if subject.unit.district_id is None:
            share *= self._districts.share(subject.district_id)
        return share


class Rhythm:
    """The expected number of posts of each day, and how they spread over its hours."""

    def __init__(self, parameters: Parameters, office: Schedule) -> None:
        """Take the weights of hours and days from the parameters, days off from the office."""
        self._parameters = parameters
        self._office = office
        self._zone = ZoneInfo(parameters.timezone)
        self._hour_total = sum(parameters.hour_weights)

    def expected(self, day: date) -> float:
        """Return the mean number of posts of a day, without chance and incidents."""
        parameters = self._parameters
        factor = parameters.weekday_factors[day.weekday()]
        if day.weekday() not in _WEEKEND and not self._office.is_working(
            datetime.combine(day, _MID_MORNING, self._zone)
        ):
            factor *= parameters.weekday_holiday_factor
        return parameters.per_week * factor / DAYS_PER_WEEK

    def hours(self, day: date) -> list[tuple[datetime, datetime, float]]:
        """Return the local hours of a day as instants, each with its share of the posts."""
        weights = self._parameters.hour_weights
        edges = [
            datetime.combine(day, time(hour), self._zone).astimezone(UTC)
            for hour in range(len(weights))
        ]
        edges.append(datetime.combine(day + ONE_DAY, time(), self._zone).astimezone(UTC))
        return [
            (opens, closes, weight / self._hour_total)
            for (opens, closes), weight in zip(itertools.pairwise(edges), weights, strict=True)
        ]


def incidents(
    parameters: Parameters, subjects: Subjects, rng: random.Random, span: Span
) -> list[Incident]:
    """Return the incidents that begin within the span, the earliest first."""
    found = []
    mean_gap = parameters.days_per_month / parameters.bursts_per_month
    position = rng.expovariate(1 / mean_gap)
    while position < span.days:
        found.append(
            Incident(
                span.first + int(position) * ONE_DAY,
                rng.randint(parameters.burst_days_shortest, parameters.burst_days_longest),
                subjects.draw(rng),
                rng.uniform(parameters.burst_factor_low, parameters.burst_factor_high),
            )
        )
        position += rng.expovariate(1 / mean_gap)
    return found


def _ordinary_part(parameters: Parameters, subjects: Subjects) -> float:
    """Return the part of the mean volume that is neither an incident's surplus nor a repeat."""
    mean_days = (parameters.burst_days_shortest + parameters.burst_days_longest) / 2
    mean_factor = (parameters.burst_factor_low + parameters.burst_factor_high) / 2
    # The subject of an incident is drawn like any other, so frequent subjects have more of them.
    surplus = mean_days * (mean_factor - 1) * subjects.concentration()
    surplus *= parameters.bursts_per_month / parameters.days_per_month
    return 1 / (1 + surplus) / (1 + parameters.repeat_share)


def _instants(
    rng: random.Random, hours: list[tuple[datetime, datetime, float]], rate: float
) -> Iterator[datetime]:
    """Yield the instants of a Poisson stream with this daily rate, in whole seconds, in order."""
    pending = rng.expovariate(1.0)
    for opens, closes, share in hours:
        expected = rate * share
        while pending < expected:
            instant = opens + (closes - opens) * (pending / expected)
            yield instant.replace(microsecond=0)
            pending += rng.expovariate(1.0)
        pending -= expected


def _posts(
    parameters: Parameters,
    office: Schedule,
    subjects: Subjects,
    seed: int,
    span: Span,
) -> Iterator[tuple[datetime, Subject]]:
    """Yield first posts in order of time, with the rate and the incidents of each day."""
    rhythm = Rhythm(parameters, office)
    rng = stream(seed, "arrivals")
    all_incidents = incidents(parameters, subjects, stream(seed, "incidents"), span)
    ordinary = _ordinary_part(parameters, subjects)
    shape = parameters.day_gamma_shape
    for day in span.dates():
        extra = Wheel[Subject | None](
            [
                (None, 1.0),
                *(
                    (incident.subject, subjects.share(incident.subject) * (incident.factor - 1))
                    for incident in all_incidents
                    if incident.covers(day)
                ),
            ]
        )
        rate = rhythm.expected(day) * rng.gammavariate(shape, 1 / shape) * ordinary * extra.total
        for posted in _instants(rng, rhythm.hours(day), rate):
            yield posted, extra.draw(rng) or subjects.draw(rng)


def arrivals(
    parameters: Parameters,
    office: Schedule,
    subjects: Subjects,
    seed: int,
    span: Span,
) -> Iterator[Arrival]:
    """Yield the posts of a span in order of time, numbered from 1, repeats included."""
    rng = stream(seed, "channels")
    channels: Wheel[str] = Wheel(parameters.channel_shares)
    number = 0
    waiting: list[tuple[datetime, int, Arrival]] = []
    for posted, subject in _posts(parameters, office, subjects, seed, span):
        while waiting and waiting[0][0] <= posted:
            _, _, first = heapq.heappop(waiting)
            number += 1
            yield first._replace(number=number)
        number += 1
        arrival = Arrival(number, posted, subject, channels.draw(rng))
        yield arrival
        if happens(rng, parameters.repeat_share):
            again = (posted + parameters.repeat_delay.draw(rng)).replace(microsecond=0)
            heapq.heappush(waiting, (again, number, arrival._replace(posted=again, repeats=number)))
    for _, _, last in sorted(waiting):
        number += 1
        yield last._replace(number=number)
