"""Schedules of targets: holidays, short days, shifts, time zones and swapped days."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from kit.diaries import (
    DUTY,
    HOURS,
    ROUND_THE_CLOCK,
    S8,
    S9,
    VOLGOGRAD,
    ask,
    at,
    clock,
    judge,
    life,
    only,
    sentence,
    target,
)
from workhours_sla import (
    ClockTime,
    Layer,
    Policy,
    Rule,
    Schedule,
    ScheduleBy,
    evaluate,
    working_hours,
)


def test_a_posting_on_friday_night_starts_the_clock_on_monday() -> None:
    # the clock starts on Monday at 09:00 and is used up at 13:00; the limit is after lunch
    for reply, said in (
        ("Sat 15.03.2025 11:00", "met, due Mon 17.03.2025 13:00, used 0:00"),
        ("Mon 17.03.2025 14:00", "met, due Mon 17.03.2025 13:00, used 4:00"),
        ("Mon 17.03.2025 14:01", "breached by 0:01, due Mon 17.03.2025 13:00, used 4:01"),
    ):
        diary = life("A-1", "Fri 14.03.2025 19:40 created", f"{reply} replied official")
        assert judge(diary, "Mon 17.03.2025 18:00") == {"answer": said}, reply


def test_the_eve_of_a_holiday() -> None:
    diary = life("A-1", "Thu 07.03.2024 16:10 created", "Mon 11.03.2024 11:40 replied official")
    # Thu 16:10-17:00 = 0:50, Mon 09:00-11:40 = 2:40 (08-10.03 are off); due 3:10 into Monday
    assert judge(diary, "Mon 11.03.2024 18:00") == {
        "answer": "met, due Mon 11.03.2024 12:10, used 3:30",
    }


def test_no_time_passes_during_the_new_year_holidays() -> None:
    diary = life("A-1", "Tue 30.12.2025 16:30 created")
    # Tue 16:30-18:00 = 1:30; 31.12-11.01 are off; Mon 2:30
    for as_of, said in (
        ("Sun 11.01.2026 23:59", "pending, due Mon 12.01.2026 11:30, used 1:30"),
        ("Mon 12.01.2026 10:29", "pending, due Mon 12.01.2026 11:30, used 2:59"),
        ("Mon 12.01.2026 10:30", "at_risk, due Mon 12.01.2026 11:30, used 3:00"),
        ("Mon 12.01.2026 11:31", "breached by 0:01, due Mon 12.01.2026 11:30, used 4:01"),
    ):
        assert judge(diary, as_of) == {"answer": said}, as_of


def test_schedules_differ_by_channel_and_importance() -> None:
    diary = [
        *life("A-1", "Sat 14.06.2025 21:30 created channel=vk"),
        *life("A-2", "Sat 14.06.2025 21:30 created channel=hotline"),
        *life("A-3", "Sat 14.06.2025 21:30 created channel=vk importance=emergency"),
        *life("A-4", "Sat 14.06.2025 21:30 created channel=telegram"),
    ]
    by_channel = ScheduleBy("channel", {"vk": S8, "hotline": DUTY})
    policy = Policy(
        [
            Rule(
                [target("at once", budget=working_hours(1), schedule=ROUND_THE_CLOCK)],
                importances=("emergency",),
            ),
            Rule([target("answer", schedule=by_channel)]),
        ]
    )
    result = evaluate(diary, policy, as_of=at("Sun 15.06.2025 10:00"))
    assert [(one.appeal_id, one.target, sentence(one)) for one in result.outcomes] == [
        # closed until Monday 09:00
        ("A-1", "answer", "pending, due Mon 16.06.2025 13:00, used 0:00"),
        # open again on Sunday at 08:00
        ("A-2", "answer", "pending, due Sun 15.06.2025 12:00, used 2:00"),
        # 21:30 to 10:00
        ("A-3", "at once", "breached by 11:30, due Sat 14.06.2025 22:30, used 12:30"),
    ]
    assert [(one.appeal_id, one.reason) for one in result.unmatched] == [("A-4", "no_schedule")]


def test_around_the_clock_through_a_clock_change_in_berlin() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    always = target(schedule=Schedule(None, "24/7", tz=berlin))
    diary = [
        *life("A-1", "Sun 26.10.2025 01:30+02:00 created"),
        *life("A-2", "Sun 30.03.2025 01:30+01:00 created"),
    ]
    outcomes = ask(diary, "Sun 26.10.2025 06:29", always).outcomes
    # 02:00-03:00 comes twice in October and not at all in March
    assert [clock(one.due_at, berlin) for one in outcomes] == [
        "Sun 26.10.2025 04:30",
        "Sun 30.03.2025 06:30",
    ]
    # 06:29 +03:00 is 04:29 +01:00: 3:59 after 01:30 +02:00
    assert sentence(outcomes[0]) == "at_risk, due Sun 26.10.2025 06:30, used 3:59"


def test_a_lunch_break_does_not_count() -> None:
    diary = life("A-1", "Wed 12.03.2025 10:15 created", "Wed 12.03.2025 14:20 replied official")
    targets = target("S8"), target("S9", schedule=S9)
    assert judge(diary, "Wed 12.03.2025 18:00", *targets) == {
        # 10:15-13:00 = 2:45, 14:00-14:20 = 0:20; due 1:15 after lunch
        "S8": "met, due Wed 12.03.2025 15:15, used 3:05",
        # 10:15-14:20
        "S9": "breached by 0:05, due Wed 12.03.2025 14:15, used 4:05",
    }
    # an answer during lunch, and one that is due when lunch begins
    diary = life("A-1", "Wed 12.03.2025 09:00 created", "Wed 12.03.2025 13:30 replied official")
    targets = target("latest"), target("strict", closing="strict"), target("S9", schedule=S9)
    assert judge(diary, "Wed 12.03.2025 18:00", *targets) == {
        "latest": "met, due Wed 12.03.2025 13:00, used 4:00",
        "strict": "breached, due Wed 12.03.2025 13:00, used 4:00",
        "S9": "breached by 0:30, due Wed 12.03.2025 13:00, used 4:30",
    }


def test_the_zone_of_volgograd_moved_during_a_weekend() -> None:
    # in the night to Sunday 27 December 2020, 02:00 +04:00 became 01:00 +03:00
    reply = "Mon 28.12.2020 12:15+04:00 replied official"
    spellings = (
        life("A-1", "Fri 25.12.2020 16:30 created", "Mon 28.12.2020 11:15 replied official"),
        life("A-1", "Fri 25.12.2020 16:30+04:00 created", reply),
        life("A-1", "Fri 25.12.2020 12:30+00:00 created", reply),
        life("A-1", "Fri 25.12.2020 15:30+03:00 created", reply),
    )
    around = target("around", budget=ClockTime(timedelta(hours=48)))
    for diary in spellings:
        # Fri 16:30-18:00 = 1:30, Mon 09:00-11:15 = 2:15; due 2:30 into Monday
        assert judge(diary, "Mon 28.12.2020 18:00") == {
            "answer": "met, due Mon 28.12.2020 11:30, used 3:45",
        }
        # 48 hours after Fri 16:30 are Sun 16:30 +04:00
        outcome = only(diary, "Mon 28.12.2020 18:00", around)
        assert clock(outcome.due_at) == "Sun 27.12.2020 15:30"
    outcome = only(spellings[2], "Mon 28.12.2020 18:00")
    assert outcome.due_at is not None
    assert outcome.due_at.astimezone(S8.tz).isoformat() == "2020-12-28T11:30:00+03:00"


def test_each_district_has_its_own_zone() -> None:
    zones = {"yakutsk": "Asia/Yakutsk", "vladivostok": "Asia/Vladivostok"}
    by_district = ScheduleBy(
        "district_id", {name: Schedule("RU", HOURS, tz=zone) for name, zone in zones.items()}
    )
    diary = [
        *life("A-1", "Mon 14.07.2025 13:00+03:00 created district=yakutsk"),
        *life("A-2", "Mon 14.07.2025 13:00+03:00 created district=vladivostok"),
    ]
    # 19:00 and 20:00 there, so from Tuesday 09:00 to 13:00 there
    outcomes = ask(diary, "Tue 15.07.2025 05:30", target(schedule=by_district)).outcomes
    assert [(one.appeal_id, sentence(one)) for one in outcomes] == [
        # 05:30 is 11:30 there
        ("A-1", "pending, due Tue 15.07.2025 07:00, used 2:30"),
        # 05:30 is 12:30 there
        ("A-2", "at_risk, due Tue 15.07.2025 06:00, used 3:30"),
    ]
    assert [clock(one.due_at, ZoneInfo(zones[one.district_id or ""])) for one in outcomes] == [
        "Tue 15.07.2025 13:00",
        "Tue 15.07.2025 13:00",
    ]


def test_a_working_saturday_has_the_hours_of_the_day_it_was_swapped_with() -> None:
    hours = "Mo 10:00-14:00,15:00-19:00; Tu-Th 09:00-13:00,14:00-18:00; Fr 09:00-13:00,14:00-16:45"
    week = Schedule(VOLGOGRAD, hours)
    # Fri 16:00-16:45 = 0:45; Saturday 27.04 as Monday 29.04, from 10:00: 10:00-13:15 = 3:15
    diary = life("A-1", "Fri 26.04.2024 16:00 created", "Sat 27.04.2024 13:00 replied official")
    assert judge(diary, "Sat 27.04.2024 15:00", target(schedule=week)) == {
        "answer": "met, due Sat 27.04.2024 13:15, used 3:45",
    }
    # Fri 16:15-16:45 = 0:30; Saturday 02.11 as Tuesday 30.04, the eve of a holiday, until 17:00
    # = 7:00; Sunday to Tuesday are not worked until Tue 05.11 09:00
    diary = life("A-1", "Fri 01.11.2024 16:15 created", "Tue 05.11.2024 09:20 replied official")
    targets = target("4", schedule=week), target("8", schedule=week, budget=working_hours(8))
    assert judge(diary, "Tue 05.11.2024 12:00", *targets) == {
        "4": "breached by 3:50, due Sat 02.11.2024 12:30, used 7:50",
        "8": "met, due Tue 05.11.2024 09:30, used 7:50",
    }


def test_a_school_works_six_days() -> None:
    school = Schedule(VOLGOGRAD.with_week(6), "Mo-Fr 08:00-15:00; Sa 08:00-13:00")
    by_agency = ScheduleBy("agency_id", {"school": school, "committee": S8})
    diary = [
        *life("A-1", "Sat 27.04.2024 12:00 created agency=school"),
        *life("A-2", "Sat 27.04.2024 12:00 created agency=committee"),
        *life("A-3", "Tue 30.04.2024 13:30 created agency=school"),
        *life("A-4", "Tue 30.04.2024 13:30 created agency=committee"),
    ]
    outcomes = ask(diary, "Thu 02.05.2024 10:00", target(schedule=by_agency)).outcomes
    assert [(one.appeal_id, sentence(one)) for one in outcomes] == [
        # an ordinary Saturday to 13:00 = 1:00, and Monday is worked: Mon 08:00-11:00 = 3:00.
        # Used: Sat 1:00, Mon 7:00, Tue (the eve, to 14:00) 6:00, Thu 2:00
        ("A-1", "breached by 12:00, due Mon 29.04.2024 11:00, used 16:00"),
        # a Saturday with Monday's hours: 12:00-13:00, 14:00-17:00. Used: Sat 5:00, Thu 1:00
        ("A-2", "breached by 2:00, due Sat 27.04.2024 17:00, used 6:00"),
        # the eve, to 14:00 = 0:30; Thu 08:00-11:30 = 3:30
        ("A-3", "pending, due Thu 02.05.2024 11:30, used 2:30"),
        # a day off; Thu 09:00-13:00
        ("A-4", "pending, due Thu 02.05.2024 13:00, used 1:00"),
    ]


def test_an_agency_on_duty_while_the_country_has_days_off() -> None:
    # 4-7 May 2021 were days off by decree; 1-3 and 8-10 May by the calendar
    diary = life("A-1", "Fri 30.04.2021 16:00 created citizen")
    duty = {date(2021, 5, 4): "10:00-12:00", date(2021, 5, 5): "10:00-12:00"}
    targets = [
        target("decree"),
        target("agency", schedule=Schedule(VOLGOGRAD, HOURS, overrides=duty)),
        target("no decree", schedule=Schedule(VOLGOGRAD.without(Layer.PRESIDENTIAL), HOURS)),
    ]
    assert judge(diary, "Wed 05.05.2021 10:30", *targets) == {
        # Fri (short) 16:00-17:00 = 1:00, Tue 11.05 09:00-12:00 = 3:00
        "decree": "pending, due Tue 11.05.2021 12:00, used 1:00",
        # Fri 1:00, Tue 04.05 2:00, Wed 05.05 10:00-11:00 = 1:00
        "agency": "at_risk, due Wed 05.05.2021 11:00, used 3:30",
        # Fri 1:00, Tue 04.05 09:00-12:00 = 3:00; used: Fri 1:00, Tue 8:00, Wed 1:30
        "no decree": "breached by 6:30, due Tue 04.05.2021 12:00, used 10:30",
    }
