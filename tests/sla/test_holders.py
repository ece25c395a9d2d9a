"""Holders: transfers, the time of each holder, and who caused a breach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given

from kit import promise_oracle as oracle
from kit.diaries import S8, at, judge, life, only, target
from kit.promise_scenes import Scene, scenes, target_of
from kit.properties import PROPERTY
from workhours_sla import Schedule, ScheduleBy, holder_spans, working_hours
from workhours_sla.sla.holders import breach_owner


def test_spans_begin_with_the_clock_even_if_it_starts_before_the_posting() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:15 created agency=A; received Wed 12.03.2025 10:12",
        "Wed 12.03.2025 11:00 replied official",
    )
    of = target(starts="detected")
    (span,) = holder_spans(diary, of, as_of=at("Wed 12.03.2025 12:00"))
    assert (span.holder, span.worked) == ("A", timedelta(minutes=48))
    assert only(diary, "Wed 12.03.2025 12:00", of).elapsed == span.worked


def test_a_holder_who_passes_an_appeal_on_at_once_is_not_responsible() -> None:
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created agency=A",
        "Wed 12.03.2025 10:10 transferred agency=B",
        "Wed 12.03.2025 17:00 replied official",
    )
    of = target()
    spans = holder_spans(
        diary, of, as_of=at("Wed 12.03.2025 18:00"), return_within=timedelta(minutes=15)
    )
    assert [(span.holder, span.phase) for span in spans] == [("A", "returned"), ("B", "assigned")]
    assert breach_owner(spans, at("Wed 12.03.2025 15:00"), "first") == "B"
    assert sum((span.worked for span in spans), timedelta(0)) == working_hours(6)


def test_after_a_transfer_the_whole_clock_uses_the_schedule_of_the_new_holder() -> None:
    samara = Schedule("RU-SAM", "Mo-Fr 08:00-12:00,13:00-17:00")  # an hour ahead of Volgograd
    berlin = Schedule(None, "Mo-Su 09:00-17:00", tz="Europe/Berlin")
    of = {"A": S8, "B": samara, "C": berlin}
    by_agency = [
        target(on_transfer, schedule=ScheduleBy("agency_id", of), on_transfer=on_transfer)
        for on_transfer in ("keep", "restart", "resume")
    ]
    diary = life(
        "A-1",
        "Fri 28.03.2025 17:00 created agency=A",
        "Sat 29.03.2025 12:00 transferred agency=B",
        "Sun 30.03.2025 13:00 transferred agency=C",
        "Mon 31.03.2025 12:00 replied official",
    )
    # in Samara it is 18:00 on Friday: closed; Monday 08:00-12:00 there is 07:00-11:00
    assert judge(diary[:2], "Mon 31.03.2025 09:00", *by_agency) == {
        "keep": "pending, due Mon 31.03.2025 11:00, used 2:00",
        "restart": "pending, due Mon 31.03.2025 11:00, used 2:00",
        "resume": "pending, due Mon 31.03.2025 11:00, used 2:00",
    }
    # Berlin is two hours behind in winter, from Sunday on one: Fri 15:00-17:00 = 2:00 and
    # Sat 09:00-11:00 are the four hours, until 13:00 in Volgograd; Sun 13:00 is 12:00 there
    assert judge(diary, "Mon 31.03.2025 18:00", *by_agency) == {
        # Fri 2:00, Sat 8:00, Sun 8:00, Mon 09:00-11:00 = 2:00
        "keep": "breached by 16:00, due Sat 29.03.2025 13:00, used 20:00",
        # Sun 12:00-17:00 = 5:00, Mon 2:00
        "restart": "breached by 3:00, due Sun 30.03.2025 17:00, used 7:00",
        "resume": "breached by 3:00, due Sun 30.03.2025 17:00, used 7:00",
    }


@PROPERTY
@given(scenes())
def test_spans_of_holders_add_up_to_the_clock(scene: Scene) -> None:
    once = {event.event_id: event for event in scene.events if not oracle.is_ahead(event)}
    scene = replace(scene, events=tuple(once.values()), from_change=False)
    for outcome in scene.expected().outcomes:
        if outcome.promise.on_transfer != "keep":
            continue
        events = [event for event in scene.events if event.appeal_id == outcome.appeal_id]
        of = target_of(outcome.promise)
        spans = holder_spans(events, of, as_of=scene.as_of, cycle=outcome.cycle)
        shares: dict[tuple[str, str | None], timedelta] = {}
        for span in spans:
            key = (span.phase, span.holder)
            shares[key] = shares.get(key, timedelta(0)) + span.worked
        assert {key: worked for key, worked in shares.items() if worked} == outcome.shares
        assert sum((span.worked for span in spans), timedelta(0)) == outcome.elapsed
        edges = [(span.since, span.until) for span in spans]
        assert all(before == after for (_, before), (after, _) in pairwise(edges))


def test_a_review_judges_all_copies_of_the_reply_that_it_names() -> None:
    """``holder_spans`` does not deduplicate: it uses every event that it is given."""
    diary = life(
        "A-1",
        "Wed 12.03.2025 10:00 created",
        "Wed 12.03.2025 11:00 replied id=r",
        "Wed 12.03.2025 12:00 replied id=r",
        "Wed 12.03.2025 13:00 review substantive of=r",
    )
    of = target(stops="substantive_reply")
    (span,) = holder_spans(diary, of, as_of=at("Thu 13.03.2025 10:00"))
    assert span.until == diary[1].occurred_at
