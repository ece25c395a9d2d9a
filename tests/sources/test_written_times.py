"""The shell and files accept a written time only if it has exactly one meaning."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.properties import examples
from workhours_sla.cli.main import main
from workhours_sla.errors import TimeSyntaxError
from workhours_sla.text import catalog, messages
from workhours_sla.text.catalog import SHELL
from workhours_sla.text.written_times import as_numbers, parse_date, parse_time

READ = {
    # the time of day, by the day first and by the year first
    "30.10.2026 09:45": "2026-10-30T09:45:00+03:00",
    "30.10.2026 09.45": "2026-10-30T09:45:00+03:00",
    "30.10.2026 17.20": "2026-10-30T17:20:00+03:00",
    "30.10.2026 9:45": "2026-10-30T09:45:00+03:00",
    "1.3.2026 9:05": "2026-03-01T09:05:00+03:00",
    "03.04.2026 10:00": "2026-04-03T10:00:00+03:00",
    "30.10.2026 00:00": "2026-10-30T00:00:00+03:00",
    "30.10.2026 23.59": "2026-10-30T23:59:00+03:00",
    "2026-10-30T09:45": "2026-10-30T09:45:00+03:00",
    "2026-10-30 09:45": "2026-10-30T09:45:00+03:00",
    "2026-10-30T9:45": "2026-10-30T09:45:00+03:00",
    "2026-10-30t09:45": "2026-10-30T09:45:00+03:00",
    # seconds, and fractions after them
    "30.10.2026 09:45:30": "2026-10-30T09:45:30+03:00",
    "30.10.2026 09:45:30.5": "2026-10-30T09:45:30.500000+03:00",
    "30.10.2026 09:45:30,5": "2026-10-30T09:45:30.500000+03:00",
    "2026-10-30T09:45:30.123456789": "2026-10-30T09:45:30.123456+03:00",
    # offsets
    "30.10.2026 09:45+03:00": "2026-10-30T09:45:00+03:00",
    "30.10.2026 09.45 +0400": "2026-10-30T08:45:00+03:00",
    "30.10.2026 09:45Z": "2026-10-30T12:45:00+03:00",
    "30.10.2026 09:45:00-05:00": "2026-10-30T17:45:00+03:00",
    "2026-10-30T09:45+03": "2026-10-30T09:45:00+03:00",
    "2026-10-30T09:45:00 +0300": "2026-10-30T09:45:00+03:00",
    "2026-10-30t09:45:00z": "2026-10-30T12:45:00+03:00",
    "2026-10-30T09:00-10:00": "2026-10-30T22:00:00+03:00",
    "2026-10-30 09:45:00-05": "2026-10-30T17:45:00+03:00",
    "2026-10-30T09:45+14:00": "2026-10-29T22:45:00+03:00",
    "2026-10-30T09:45-12:00": "2026-10-31T00:45:00+03:00",
    # names of months
    "30 октября 2026 г., 09:45": "2026-10-30T09:45:00+03:00",
    "30 окт. 2026 в 09:45": "2026-10-30T09:45:00+03:00",
    "30/Oct/26 9:45 PM": "2026-10-30T21:45:00+03:00",
    "Fri, 30 Oct 2026 09:45:00 +0000": "2026-10-30T12:45:00+03:00",
    "October 30, 2026 12:45 AM": "2026-10-30T00:45:00+03:00",
    # words, the time of day first, and offsets of people
    "30.10.2026 9:45 Uhr": "2026-10-30T09:45:00+03:00",
    "30 октября 2026 г. в 9 ч. 45 мин.": "2026-10-30T09:45:00+03:00",
    "30.10.2026 в 9 часов 05 минут": "2026-10-30T09:05:00+03:00",
    "30.10.2026 09.45 ч.": "2026-10-30T09:45:00+03:00",
    "9:45 30.10.2026": "2026-10-30T09:45:00+03:00",
    "09:45:30, 30.10.2026 МСК": "2026-10-30T09:45:30+03:00",
    "30.10.2026 09:45 +4": "2026-10-30T08:45:00+03:00",
    "2026-10-30T09:45+4": "2026-10-30T08:45:00+03:00",
    "30.10.2026 09:45 МСК": "2026-10-30T09:45:00+03:00",
    "30.10.2026 09.45 msk+2": "2026-10-30T07:45:00+03:00",
    "30 октября 2026, 09:45 МСК-1": "2026-10-30T10:45:00+03:00",
    "30 Oct 2026 12:45 PM MSK": "2026-10-30T12:45:00+03:00",
    "30.10.2026 09:45 UTC+5": "2026-10-30T07:45:00+03:00",
    # blanks
    "30.10.2026  09:45": "2026-10-30T09:45:00+03:00",
    "30.10.2026\u00a009:45": "2026-10-30T09:45:00+03:00",
    "30.10.2026\u202f09.45": "2026-10-30T09:45:00+03:00",
    " \u00a030.10.2026 09:45 ": "2026-10-30T09:45:00+03:00",
}
REFUSED = [
    # hours that look like others
    *("30.10.2026 17-20", "30.10.2026 9.45", "30.10.2026 09,45", "30.10.2026 0945"),
    *("30.10.2026 945", "30.10.2026 09:45.5", "30.10.2026 09:45,5", "30.10.2026 09.45.30"),
    *("30.10.2026 09.4", "30.10.2026 09.450", "30.10.2026 9", "30.10.2026 09h45"),
    *("30.10.2026 09 45", "30.10.2026 0 9:45", "30.10.2026 09:4", "30.10.2026 09:45:3"),
    *("30.10.2026 09:45:30.", "30.10.2026 09;45", "30.10.2026 09/45", "30.10.2026 09-45-30"),
    *("30.10.2026 \uff10\uff19:45", "30.10.2026 09\uff1a45", "30.10.2026 O9:45"),
    *("2026-10-30T09.45", "2026-10-30 09.45", "2026-10-30T0945", "2026-10-30T09"),
    *("2026-10-30T09:45.5", "20261030T094500", "2026-10-30T09,5"),
    # hours that no clock shows
    *("30.10.2026 24:00", "30.10.2026 24.00", "2026-10-30T24:00", "30.10.2026 09.75"),
    *("30.10.2026 25:10", "30.10.2026 09:60", "30.10.2026 23:59:60"),
    # dates that look like others
    *("30.10.26 09:45", "30/10/2026 09:45", "10/30/2026 09:45", "30-10-2026 09:45"),
    *("2026.10.30 09:45", "2026/10/30 09:45", "2026-30-10 09:45", "31.11.2026 09:45"),
    *("2026-3-1 09:45", "302026-10-30 09:45", "2026-W44-5T09:45", "2026-303T09:45"),
    *("30.10 09:45", "30.10.2026", "2026-10-30", "09:45", "09.45", "30 октября 2026"),
    *("30 октабря 09:45", "32 октября 2026 09:45", "30 мар 09:45", "октябрь 2026 09:45"),
    *("\uff13\uff10.10.2026 09:45", "30.10.2026T09:45", "30.10.2026, 09:45", "30.10.202609:45"),
    # text after the time of day
    *("30.10.2026 09:00-10:00", "30.10.2026 09:00 - 10:00", "30.10.2026 09.00-10"),
    *("2026-10-30 09:00-10:00", "30.10.2026 09:00\u201310:00", "30.10.2026 09:00\u221203:00"),
    *("30.10.2026 09:45-20", "2026-10-30T09:45-20:00", "2026-10-30T09:45+14:01"),
    *("2026-10-30T09:45+25:00", "2026-10-30T09:45+03:60", "2026-10-30T09:45-3"),
    *("30.10.2014 09:45 MSK", "30.10.2026 МСК", "30.10.2026 09:45 UTC+15"),
    *("30.10.2026 09:45 PM", "2026-10-30T09:45[Europe/Moscow]", "2026-10-30\u042209:45"),
    *("soon", "46325.40625", "30.10.2026 09:45 30.10.2026 10:00"),
]
AT_THE_SHELL = {
    *("30.10.26 09:45", "30.10 09:45", "30 октября 09:45", "30 мар 09:45", "30.10.2026, 09:45"),
    *("30.10.2026 09:45 PM",),
}
"""What files may not have, but people may write."""
EVERY_DAY = ("--calendar=none", "--hours=24/7", "--tz=Europe/Volgograd")


def at_the_shell(text: str, lang: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit status, and the time that the shell parsed or its error."""
    status = main(["due", text, *EVERY_DAY, "--json", "--lang", lang])
    out, err = capsys.readouterr()
    return status, json.loads(out)["start"] if status == 0 else err


def in_files(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Return the time that CSV and JSON Lines yield, or the reason and detail of the fault."""
    sheet, lines, config = (folder / name for name in ("a.csv", "a.jsonl", "input.toml"))
    row = {"appeal_id": "A", "type": "created", "occurred_at": text}
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row.keys(), row.values()])
    lines.write_text(json.dumps(row) + "\n", encoding="utf-8")
    config.write_text('[input]\ntz = "Europe/Volgograd"\n')
    found = []
    for file in (sheet, lines):
        asked = ["check", str(file), "--config", str(config), "--min-read=0", "--json"]
        assert main([*asked, "--as-of=2026-11-30T00:00Z", *EVERY_DAY]) in {0, 1}
        data = json.loads(capsys.readouterr().out)
        read = [("read", outcome["posted_at"]) for outcome in data["outcomes"]]
        found += read or [(fault["reason"], fault["detail"]) for fault in data["quarantine"]]
    return found


def test_there_are_enough_similar_texts() -> None:
    assert len({*READ, *REFUSED}) == len(READ) + len(REFUSED) >= 100


@pytest.mark.parametrize(("text", "means"), READ.items())
def test_a_time_has_its_plain_meaning(
    text: str, means: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_the_shell(text, "en", capsys) == (0, means)
    assert in_files(text, tmp_path, capsys) == [("read", means)] * 2


@pytest.mark.parametrize("text", REFUSED)
def test_text_that_is_not_a_time_is_refused_in_one_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang in catalog.LANGUAGES if text not in AT_THE_SHELL else ():
        status, err = at_the_shell(text, lang, capsys)
        assert status == 2
        assert err.count("\n") == 1
        with catalog.language(lang):
            assert f"{SHELL['error']}: {text!r} " in err
    for reason, detail in in_files(text, tmp_path, capsys):
        assert reason == "unreadable_time"
        assert detail.startswith(f"occurred_at {text!r} is not a time: ")
        assert "write it like 2025-10-31T17:30," in detail


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("30.10.2026 17-20", "time_form"),
        ("09.45", "time_no_date"),
        ("30.10.2026", "time_no_clock"),
        ("31.11.2026", "time_date"),
        ("31.11.2026 09:45", "time_date"),
        ("Mon, 30 Oct 2026 09:45", "time_weekday"),
        ("вт, 30 октября 2026 09:45", "time_weekday"),
        ("30.10.2026 24:00", "time_clock"),
        ("30.10.2026 09.75", "time_clock"),
        ("2026-10-30T09:45-20", "time_offset"),
        ("2026-10-30T09:45+25:00", "time_offset"),
        ("30.10.2026 09:00-10:00", "time_span"),
    ],
)
def test_the_message_names_the_cause(text: str, cause: str) -> None:
    with pytest.raises(TimeSyntaxError) as caught:
        parse_time(text)
    assert (caught.value.text, caught.value.cause) == (text, cause)
    for lang in catalog.LANGUAGES:
        with catalog.language(lang):
            assert "{" not in messages.sentence(caught.value)


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_a_clock_change_is_named_in_both_languages(
    lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, cause, offsets in (
        ("27.12.2020 01.30", "time_repeated", {"first": "+04:00", "second": "+03:00"}),
        ("28.10.2018 02:30", "time_skipped", {"first": "+03:00", "second": "+04:00"}),
    ):
        facts = {"text": repr(text), "tz": "Europe/Volgograd", **offsets}
        status, err = at_the_shell(text, lang, capsys)
        with catalog.language(lang):
            assert (status, messages.said(messages.say(cause, **facts)) in err) == (2, True), err


def test_dates_have_the_same_forms_as_in_times() -> None:
    for text in ("30.10.2026", "2026-10-30"):
        assert str(parse_date(text)) == "2026-10-30"
    for text in ("30.10.26", "20261030", "2026-W44-5", "31.11.2026", "30.10.2026 09:45", ""):
        assert parse_date(text) is None


@st.composite
def typed(draw: st.DrawFn) -> str:
    """Draw a written time in which some characters are changed, removed or inserted."""
    text = draw(st.sampled_from(sorted(READ)))
    at = draw(st.integers(0, len(text)))
    piece = draw(st.text("0123456789.,:- +TZ\u00a0", max_size=3))
    return text[:at] + piece + text[at + draw(st.integers(0, 3)) :]


@settings(max_examples=examples(3000), deadline=None, derandomize=True, database=None)
@given(typed())
@example("30.10.2026 09.45")
@example("30.10.2026 17-20")
def test_every_number_of_a_time_is_used(text: str) -> None:
    try:
        when = parse_time(text)
    except TimeSyntaxError:
        return
    text = as_numbers(text) or text
    first, month, third, hour, minute, *rest = map(int, re.findall(r"\d+", text))
    year, day = (first, third) if text[4] == "-" else (third, first)
    assert (when.year, when.month, when.day) == (year, month, day)
    assert (when.hour, when.minute) == (hour, minute)
    offset = re.search(r"([+-])(\d\d):?(\d\d)?$", text) if when.utcoffset() else None
    if offset is None:
        assert when.second == (rest[0] if re.search(r"\d:\d\d:\d", text) else 0)
    else:
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
        assert when.utcoffset() == (shift if sign == "+" else -shift)
