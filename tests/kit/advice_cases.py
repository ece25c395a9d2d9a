"""Refusals of questions with an advice: how each is met, and the calls that do what it says.

In a call or a file that follows, `{name}` is what the message shows for this placeholder of its
text, and the message must have what is between backquotes.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

Files = Mapping[str, str | bytes | Mapping[str, str]]
Step = str | Files


class Case(NamedTuple):
    """A refused call, the files that it reads, and the calls that do what the message says.

    A call is a command of the shell, or Python if it begins with ``wh.`` or ``sql.``. Files among
    the calls are written, or removed if named after ``!``; a file given as a mapping has the
    answers to its questions.
    """

    key: str
    refused: str
    then: tuple[Step, ...]
    files: Files = MappingProxyType({})
    before: tuple[Step, ...] = ()


AT: Final = "'31.10.2025 17:30'"
DUE: Final = f"due {AT}"


EVENTS: Final = "event_id,appeal_id,type,occurred_at\n1,A-1,created,2025-03-12T10:15+03:00\n"


def due(key: str, options: str, *then: str) -> Case:
    return Case(key, f"{DUE} {options}", tuple(f"{DUE} {more}" for more in then))


def settings(key: str, text: str, *then: str, call: str = f"{DUE} --config c.toml") -> Case:
    """Return the case of a configuration, and what is in the file if the advice is followed."""
    steps = [step for corrected in then for step in ({"c.toml": corrected}, call)]
    return Case(key, call, tuple(steps), {"c.toml": text, "a.csv": EVENTS})


def time(key: str, text: str, *then: str) -> Case:
    return Case(key, f'due "{text}"', tuple(f"due {more}" for more in then))


THREE: Final = ("`2025-10-31T17:30`", "`2025-10-31T17:30+03:00`", "`'31.10.2025 17:30'`")
TIMES: Final = (
    time("time_form", "@@", *THREE),
    time("time_today", "17:30", "'`today 17:30`'"),
    time("time_add_clock", "31.10.2025", "'{instead}'"),
    time("time_order", "10/11/2025 17:30", "'{first}'", "'{second}'"),
    time("time_numbers", "2025.10.31 17:30", "'{instead}'"),
    time("time_weekday", "Mon 31.10.2025 17:30", "'Fri 31.10.2025 17:30'",
         "'Mon 27.10.2025 17:30'"),
    time("time_which_week", "Fri 17:30", "'{first}'", "'{second}'"),
    time("time_zone", "31.10.2025 17:30 XYZ", "'`31.10.2025 17:30 +03:00`'",
         "'31.10.2025 17:30' `--tz` Europe/Moscow"),
    *(time("time_date", text, *THREE) for text in ("31.11.2025 10:00", "31.11.2025",
         "2025/31/10 17:30")),
    time("time_clock", "31.10.2025 25:00", *THREE),
    time("time_offset", "2025-10-31T17:30+25:00", *THREE),
    Case("time_repeated", "due '26.10.2025 02:30' --tz Europe/Berlin",
         tuple(f"due '26.10.2025 02:30 {{{offset}}}'" for offset in ("first", "second"))),
    Case("time_skipped", "due '30.03.2025 02:30' --tz Europe/Berlin",
         tuple(f"due '30.03.2025 02:30 {{{offset}}}'" for offset in ("first", "second"))),
)  # fmt: skip

HOURS: Final = {
    "hours_empty": "", "hours_holidays": "Mo-Fr 9-18; PH 10-12",
    "hours_holidays_first": "PH off; Mo-Fr 9-18", "hours_school": "Mo-Fr 9-18; SH off",
    "hours_sun": "Mo-Fr sunrise-sunset", "hours_easter": "Mo-Fr 9-18; easter off",
    "hours_year": "2025 Mo-Fr 9-18", "hours_nth": "Mo[1] 9-18",
    "hours_shifted": "Mo-Fr 9-18; PH +1 day off", "hours_comment": 'Mo-Fr 9-18 "by phone"',
    "hours_open": "Mo-Fr 09:00+", "hours_until": "Mo-Th 9-18, Fr till 17",
    "hours_break": "09:00-13:00 break 13:00-14:00",
    "hours_missing": "Mo-Fr", "hours_no_day": "Mo, 9-18", "hours_days_after": "9-18 Mo-Fr",
    "hours_word": "Foo 9-18", "hours_no_date": "Feb 30 9-18",
    "hours_backwards": "Jan 20-10 Mo 9-18", "hours_half_range": "Jan 5-Feb Mo 9-18",
    "hours_weeks": "week 60 Mo 9-18", "hours_range": "Mo-Fr 18:00",
    "hours_clock": "Mo-Fr 09:00-25:70",
    "hours_too_many": "Mo-Fr 09:00-18:00" + ";" * 10_000,
    "hours_too_many_rules": "; ".join(["Mo 9-18"] * 500), "hours_long": "Mo-Fr 09:00-40:00",
    "hours_off_at_night": "Mo 22:00-06:00; Mo 23:00-02:00 off",
    "hours_off_twice": "Mo-Fr 09:00-18:00; Mo-Fr 12:00-13:00,12:30-14:00 off",
    "hours_workdays": "workdays 9-18",
    "hours_never": "Jan week 20 Mo 09:00-12:00", "hours_pointless": "Mo 9-18; Mo 10-12",
    "hours_after_midnight": "Mo 22:00-06:00; Tu 10:00-12:00",
}  # fmt: skip

OFFICE: Final = "wh.Schedule('RU-VGG', 'Mo-Fr 09:00-18:00')"
NOON: Final = "dt.datetime(2025, 10, 31, 12, tzinfo=dt.UTC)"
DAY: Final = "dt.date(2026, 9, 1)"
FOUR: Final = "wh.working_hours(4)"
AMENDED: Final = f"wh.Calendar.get('RU').amend(wh.day_off({DAY}, wh.Act('x')))"
SCRIPT: Final = f"{{'a': {OFFICE}}}, dialect='sqlite', since=dt.date(2025, 1, 1), until={DAY}"
SCRIPTS: Final = (
    ("sql_dates", SCRIPT.replace("2025, 1", "2027, 1"), SCRIPT),
    ("sql_no_schedule", SCRIPT.replace(f"'a': {OFFICE}", ""), SCRIPT),
    ("sql_name", SCRIPT.replace("'a'", "' a'"), SCRIPT),
    ("sql_schema", f"{SCRIPT}, schema='А'", f"{SCRIPT}, schema='`wh`'"),
    ("sql_dialect", SCRIPT.replace("sqlite", "x"), SCRIPT.replace("sqlite", "`duckdb`")),
    (
        "sql_on_unknown",
        f"{SCRIPT}, on_unknown='x'",
        f"{SCRIPT}, on_unknown='`null`'",
        f"{SCRIPT}, on_unknown='`raise`'",
    ),
)
QUESTIONS: Final = (
    *(due(key, f"--hours {shlex.quote(hours)}", "--hours {example}") for key,
         hours in HOURS.items()),
    # the example of shifts has weekends, of which the next refusal says what to do
    due("hours_rotation", "--hours '2/2 9-18'", "--hours {example} --week 7"),
    due("hours_on_days_off", "--hours 'Mo-Sa 9-18'", "`--week 6` --hours 'Mo-Sa 9-18'"),
    due("longer_week", "--hours 'Mo-Sa 9-18'", "--hours 'Mo-Fr 9-18'"),
    due("holidays_without_calendar", "--calendar none --tz UTC --hours '9-18; PH off'",
         "--calendar RU --hours '9-18; PH off' --week 7"),
    *(due("no_budget", "--budget '4 apples'", f"--budget '`{amount}`' {more}") for amount,
         more in (*(("4h", ""), ("7 working days", ""), ("9h clock", "")), *(("30 days",
         "--roll following"), ("1 month", "--roll none")))),
    Case("hours_too_much", "wh.working_hours(10**15)", ("wh.working_hours(4)",)),
    due("amount_too_much", "--budget 99999999999999h", "--budget `4h`"),
    due("budget_too_much", "--budget 99999999h", "--budget 4h"),
    due("no_count", "--budget '0 working days'", "--budget '1 working day'"),
    due("shell.no_roll", "--budget '30 days'",
        *(f"--budget '30 days' `--roll` `{roll}`" for roll in ("following", "preceding", "none"))),
    due("shell.no_days_to_count", "--roll none", ""),
    due("shell.no_config", "--target x", ""),
    Case("calendar_without_zone", "wh.Schedule('RU', 'Mo-Fr 9-18')",
         ("wh.Schedule('RU', 'Mo-Fr 9-18', `tz='Europe/Moscow'`)",)),
    due("calendar_of_several_zones", "--calendar US", "--calendar US --tz `America/New_York`"),
    due("no_zone", "--tz Europe/Volga", "--tz `'Europe/Volgograd'`"),
    due("use_calendar", "--calendar Foo", "`--calendar none` --tz UTC",
        *(f"--calendar `{id_}` --tz UTC" for id_ in ("RU", "RU-VGG", "DE", "DE-BY"))),
    Case("use_calendar", f"{DUE} --calendar Foo", ("`calendars`",)),
    due("use_id_such_as", "--calendar RU-12345678", "--calendar `RU-VGG`"),
    due("region_named", "--calendar RU-VOL", "--calendar RU-VGG"),
    due("calendars_like", "--calendar Wolgograd", "--calendar RU-VGG"),
    due("zone_not_calendar", "--calendar Europe/Volgograd", "--tz {zones} --calendar `RU-VGG`"),
    due("no_week_here", "--calendar DE --week 6 --tz UTC", "--calendar DE --hours 'Mo-Sa 9-18'"),
    due("not_approved", "--now '31.10.2099 10:00'", "--now '31.10.2099 10:00' {how}"),
    Case("not_approved", "due '31.10.2045 10:00'", ("due '31.10.2045 10:00' {how}",)),
    Case("too_early", "calendar RU 1950", ("calendar RU {first}",)),
    # no calendar of the shell knows the last of these years, and the next refusal says which
    Case("beyond_time", "due '31.10.9999 10:00'", ("due '31.10.2025 10:00'",)),
    Case("outside", "due '31.10.9998 10:00' --calendar none", ("due '{last} 10:00' --calendar none",
         )),
    Case("beyond_rules", "due '31.10.2500 10:00' --provisional",
         ("due '01.02.{first} 10:00' --provisional", "due '01.02.{last} 10:00' --provisional")),
    Case("library_ends", "due '31.10.2098 17:30' --calendar DE", ("`calendar DE 2098 --draft`",
         "due '01.02.2025 17:30'")),
    Case("shell.no_date", f"days 2025 {AT}", ("days `2025-10-31` 2025-11-07",
         "days `31.10.2025` 07.11.2025")),
    Case("shell.no_edge", "sql --dialect postgres --until 2027 --since 2026-13",
         tuple(f"sql --dialect postgres --until 2027 --since {text}"
               for text in ("`2026-03`", "`2026-03-31`", "`'31.03.2026 17:30'`"))),
    Case("shell.round_the_clock", f"{DUE} --hours 24/7",
         (f"{DUE} --hours 24/7 `--calendar none` --tz UTC", f"{DUE} --hours 24/7 `--week 7`")),
    Case("shell.quote_time", "due 31.10.2025 17:30", ("due `'31.10.2025 17:30'`",)),
    due("no_amount", "--budget '3 days around the clock'", "--budget 4h"),
    due("budget_days", "--budget P30D", "--budget '`30 working days`'",
         "--budget '{count} calendar days' --roll none"),
    due("hours_minutes", "--hours 'Mo-Fr 18-9'",
         *(f"--hours {hours} --calendar none --tz UTC" for hours in ("{day}", "{night}"))),
    due("budget_mixed", "--budget '2 days 3 hours'",
         *(f"--budget '`{text}`'" for text in ("2 working days", "20h", "4h30m"))),
    due("budget_years", "--budget '1 year'", "--budget '{months} months' --roll none"),
    Case("time_half", "due '31.10.2025 half past five'",
         tuple(f"due '`31.10.2025` {{{half}}}'" for half in ("first", "second"))),
    due("budget_around_the_clock", "--budget '3 суток'",
         "--budget '{hours} hours around the clock'",
         "--budget '{count} calendar days' --roll none"),
    due("budget_unit", "--budget 4", *(f"--budget '`{text}`'" for text in ("4h30m",
         "4 hours 30 minutes", "7 working days"))),
    due("budget_zero", "--budget 0h", "--budget 1m"),
    Case("time_two", "due '31.10.2025 midnight'", ("due '{first}'", "due '{second}'")),
    Case("time_two", "due '31.10.2025 5'", ("due '{first}'", "due '{second}'")),
    Case("nothing_to_draft", "calendar RU 2025 --draft", ("calendar RU 2025",)),
    Case("uncertain", "due '19.04.2026 17:30' --calendar RU-KC",
         ("due '19.04.2026 17:30' --calendar RU-KC {how}",)),
    Case("library_undecided", "due '31.10.2027 17:30' --calendar BY",
         ("due '31.10.2027 17:30' --calendar BY {how}", "`calendar BY 2027 --draft`")),
    Case("budget_negative", f"{OFFICE}.deadline({NOON}, -{FOUR})",
         (f"{OFFICE}.`latest_start`({NOON}, {FOUR})",)),
    Case("target_zero", f"wh.Target('a', 0 * {FOUR}, {OFFICE})",
         (f"wh.Target('a', {FOUR}, {OFFICE})",)),
    Case("schedule_empty", "wh.Schedule('RU-VGG', 'Mo-Su off')", (OFFICE,)),
    Case("no_week", "wh.Calendar.get('RU').with_week(4)",
         tuple(f"wh.Calendar.get('RU').with_week({days})" for days in "567")),
    Case("not_known_then", f"wh.Calendar.get('RU').as_known(dt.date(2020, 1, 1)).day({DAY})",
         (f"wh.Calendar.get('RU').as_known({DAY}).day({DAY})",)),
    Case("russia_built_in", "wh.copy_holidays('RU')", ("wh.`Calendar.get('RU')`",)),
    Case("no_category", "wh.copy_holidays('DE', categories=['x'])",
         ("wh.copy_holidays('DE', categories=['`public`'])",)),
    Case("no_days_off", "wh.copy_holidays('DE', categories=[])",
         ("wh.copy_holidays('DE', categories=['`public`'])",)),
    Case("years_without", "wh.copy_holidays('DE', first=1900, last=1901)",
         ("wh.copy_holidays('DE', first={from_year}, last={to_year})",)),
    Case("wrong_confirms", f"{AMENDED[:-1]}, confirms=[({DAY}, dt.date(2026, 1, 1))])",
         (f"{AMENDED[:-1]}, confirms=[({DAY}, {DAY})])",)),
    *(Case(key, f"sql.script({wrong})", tuple(f"sql.script({right})" for right in better)) for key,
         wrong, *better in SCRIPTS),
    *(Case(key, f"sql.script({SCRIPT}).expression({wrong})",
         (f"sql.script({SCRIPT}).expression({right})",)) for key, wrong, right in (("sql_verb",
         "'x'", "'deadline', \"'a'\", 'x', '1'"), ("sql_no_such_schedule",
         "'deadline', \"'b'\", 'x', '1'", "'deadline', \"'`a`'\", 'x', '1'"))),
)  # fmt: skip
