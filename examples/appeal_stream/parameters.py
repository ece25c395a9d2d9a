"""Every number of the generator, each with its basis.

The basis is one of three words. *Published*: read off public figures of regional centres or social
networks. *Measured*: found by running the generator. *Assumed*: merely plausible.
"""

import math
import random
from dataclasses import dataclass
from datetime import timedelta

from appeal_stream import region

DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A skewed duration: half of the draws are below `median`; `sigma` is that of the log."""

    median: timedelta
    sigma: float

    def draw(self, rng: random.Random) -> timedelta:
        """Return one duration."""
        return self.median * math.exp(rng.gauss(0.0, self.sigma))


@dataclass(frozen=True, slots=True)
class Range:
    """A duration, uniform between two bounds."""

    low: timedelta
    high: timedelta

    def draw(self, rng: random.Random) -> timedelta:
        """Return one duration."""
        return self.low + (self.high - self.low) * rng.random()


@dataclass(frozen=True, slots=True)
class Lag:
    """A share of the deliveries and the mean of their exponential delay."""

    share: float
    mean: timedelta


@dataclass(frozen=True, slots=True)
class ReplyClass:
    """A share of the appeals and the working time until their substantive reply."""

    share: float
    working_time: LogNormal


@dataclass(frozen=True, slots=True)
class Scale:
    """A number of appeals a week, and what it represents."""

    per_week: float
    represents: str


# S published (536 a week, some 27.6 thousand a year), M and L extrapolated.
SCALES = {
    "S": Scale(536, "one region: about 28 thousand appeals and 160 thousand events a year"),
    "M": Scale(
        200_000 * DAYS_PER_WEEK / DAYS_PER_YEAR,
        "a large region with all its channels: 200 thousand appeals, 1.2 million events a year",
    ),
    "L": Scale(
        5_000_000 * DAYS_PER_WEEK / DAYS_PER_YEAR,
        "the volume of 89 regions, put on the units of one: 5 million appeals a year",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parameters of a stream; the defaults are those of one ordinary region.

    Durations with `working` in their name are working time of the schedule, the others clock time.
    Shares are of appeals, or of events if the name has `event`.
    """

    # --- Calendar and hours -----------------------------------------------------------------
    calendar_id: str = "RU-VGG"
    hours: str = "Mo-Fr 09:00-13:00,14:00-18:00"
    timezone: str = "Europe/Volgograd"
    # The usual promise; only the description of a stream uses it.
    promise: timedelta = timedelta(hours=4)

    # --- Volume -----------------------------------------------------------------------------
    # Published: the mean week of a region, incidents and repeats included.
    per_week: float = SCALES["S"].per_week
    # Relative weight of each local hour of the day, 0 to 23. 7 to 23: published counts of people
    # online in a social network; the night is assumed.
    hour_weights: tuple[float, ...] = (
        *(3, 2, 1.3, 0.9, 0.7, 0.7, 0.8, 1, 2, 3, 4, 4.6),
        *(5, 5.3, 5.3, 5.2, 5.2, 5.2, 5.2, 5.3, 5.5, 5.7, 6, 4.5),
    )
    # Monday to Sunday; their mean is 1. Assumed.
    weekday_factors: tuple[float, ...] = (1.08, 1.06, 1.04, 1.02, 0.98, 0.90, 0.92)
    # A day off that falls on Monday to Friday. Published: 0.84 from the counts of two New Years.
    weekday_holiday_factor: float = 0.85
    # Shape of the Gamma law, of mean 1, that multiplies each day's rate. Assumed.
    day_gamma_shape: float = 8.0

    # --- Incidents: more of one topic, from one district, to one unit -------------------------
    # Published: a week of +64 % has been seen; rate, factor and length are assumed.
    bursts_per_month: float = 2.0
    days_per_month: float = DAYS_PER_YEAR / 12
    burst_factor_low: float = 3.0
    burst_factor_high: float = 10.0
    burst_days_shortest: int = 1
    burst_days_longest: int = 3

    # --- Whom and what about ------------------------------------------------------------------
    # Exponent of the Zipf law over the ranks of units and of districts. Assumed.
    zipf_exponent: float = 1.35
    # The first six: middle of the published ranges (15-19, 17-21, 12-18, 11-18, 9 and 7 %); the
    # others share the rest by assumption.
    topic_shares: tuple[tuple[str, float], ...] = (
        (region.UTILITIES, 0.17),
        (region.STREETS, 0.19),
        (region.ROADS, 0.15),
        (region.TRANSPORT, 0.145),
        (region.HEALTH, 0.09),
        (region.WASTE, 0.07),
        (region.EDUCATION, 0.04),
        (region.SOCIAL, 0.03),
        (region.NATURE, 0.025),
        (region.OTHER, 0.09),
    )
    # Assumed.
    channel_shares: tuple[tuple[str, float], ...] = (
        ("vk", 0.62),
        ("ok", 0.12),
        ("telegram", 0.12),
        ("pos", 0.10),
        ("site", 0.04),
    )
    # The same citizen posts the same thing again within a day; owed no second answer. Assumed.
    repeat_share: float = 0.01
    repeat_delay: LogNormal = LogNormal(timedelta(minutes=30), 1.2)

    # --- Time to the substantive reply --------------------------------------------------------
    # Log-normal service times are usual; calibrated to published means. What is left of 1 (2 %)
    # never gets an answer.
    reply_classes: tuple[ReplyClass, ...] = (
        ReplyClass(0.62, LogNormal(timedelta(hours=0.8), 0.9)),
        ReplyClass(0.30, LogNormal(timedelta(hours=2.5), 0.6)),
        ReplyClass(0.06, LogNormal(timedelta(hours=9), 0.8)),
    )
    # Each unit multiplies its reply times by its own factor. The bounds are assumed; the mean over
    # appeals makes up for what duty, overtime and deletions take off the published mean.
    pace_fastest: float = 0.6
    pace_slowest: float = 1.9
    pace_mean: float = 1.03
    # An answer to a post of the evening or the weekend, written at once by someone on duty.
    # Assumed.
    duty_answer_share: float = 0.01
    # An answer that would go out shortly after an opening (of the day, or after lunch) is
    # sometimes finished after the closing before it. Assumed.
    overtime_share: float = 0.3
    overtime_reach: timedelta = timedelta(minutes=45)
    # Officers of the whole region who answer first come, first served; None: no queue.
    # Assumed.
    officers: int | None = None
    answers_per_hour_low: float = 10.0
    answers_per_hour_high: float = 15.0

    # --- What else happens to an appeal (all assumed) -----------------------------------------
    registration_delay: LogNormal = LogNormal(timedelta(minutes=10), 1.0)
    assignment_delay: LogNormal = LogNormal(timedelta(minutes=5), 1.0)
    # Registration and assignment take at most this part of the time to the first act of a unit.
    intake_part: float = 0.5
    transfer_share: float = 0.10
    formal_first_share: float = 0.25
    # Where, in the working time to the reply, a transfer or a formal reply falls.
    early_act_from: float = 0.1
    early_act_to: float = 0.6
    # The unit asks the citizen something and waits.
    pause_share: float = 0.06
    pause_length: LogNormal = LogNormal(timedelta(hours=4), 1.0)
    follow_up_share: float = 0.30
    follow_up_delay: LogNormal = LogNormal(timedelta(hours=3), 1.2)
    edit_share: float = 0.05
    edit_delay: LogNormal = LogNormal(timedelta(minutes=5), 1.0)
    delete_share: float = 0.02
    deleted_by_agency_part: float = 0.2
    delete_delay: LogNormal = LogNormal(timedelta(hours=6), 1.2)
    restored_part: float = 0.1
    restore_delay: LogNormal = LogNormal(timedelta(minutes=20), 1.0)
    reopen_share: float = 0.04
    reopen_delay: LogNormal = LogNormal(timedelta(days=1), 1.0)
    review_share: float = 0.15
    review_delay: Range = Range(timedelta(days=1), timedelta(days=3))
    review_working_moment: Range = Range(timedelta(hours=0), timedelta(hours=2))
    # The reviewer finds the reply formal after all, and the unit answers once more.
    overturned_part: float = 0.1
    # Not every source reports closings: set so that an appeal has some 5.8 events.
    close_share: float = 0.75
    close_working_delay: LogNormal = LogNormal(timedelta(hours=1), 1.0)

    # --- Delivery (all assumed) ---------------------------------------------------------------
    lags: tuple[Lag, ...] = (
        Lag(0.90, timedelta(seconds=2)),
        Lag(0.095, timedelta(minutes=10)),
        Lag(0.005, timedelta(days=1)),
    )
    # Sources whose deletions have no time of their own: it is the time of receipt.
    timeless_deletions: frozenset[str] = frozenset({"vk"})
    event_duplicate_share: float = 0.015
    duplicate_delay_mean: timedelta = timedelta(minutes=1)
    # Once, at a moment in this part of the stream, the newest deliveries are repeated.
    redelivered: int = 10_000
    redelivery_from: float = 0.3
    redelivery_to: float = 0.9
    # Once a week nothing is fetched for some time, then everything within a minute.
    outage: timedelta = timedelta(hours=3)
    outage_every: timedelta = timedelta(days=DAYS_PER_WEEK)
    outage_catch_up: timedelta = timedelta(minutes=1)
    # An old event is corrected more than 30 days later.
    event_correction_share: float = 0.0005
    correction_age_least: timedelta = timedelta(days=30)
    correction_age_more_mean: timedelta = timedelta(days=10)
    # Clocks that run ahead by more than the five minutes that are usually tolerated.
    event_future_share: float = 0.001
    future_lead: Range = Range(timedelta(minutes=10), timedelta(hours=3))
    # Times without an offset; only in the CSV of events, never in JSON.
    event_naive_share: float = 0.01
