"""Columns, values and times that a configuration describes for the files that people have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit.properties import examples
from kit.rows import events, faults, read
from kit.values import OFFICE, Capture
from workhours_sla import EventType, Policy, Target, evaluate, working_hours
from workhours_sla.cli.main import main
from workhours_sla.config.file import parse_config
from workhours_sla.errors import ConfigError, SourceError
from workhours_sla.files import open_source
from workhours_sla.sla.event import Event
from workhours_sla.sources.appeal_file import AppealFile
from workhours_sla.sources.rows import Fault

PROPERTY = settings(max_examples=examples(300), deadline=None, derandomize=True, database=None)
MOSCOW = '[input]\ntz = "Europe/Moscow"\n'
SEVERAL = ("default", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
NOON = datetime(2026, 3, 12, 9, tzinfo=UTC)


def opened(rows: str, config: str) -> AppealFile:
    return open_source(BytesIO(rows.encode()), parse_config(config, "test.toml"), name="rows")


def events_of(rows: str, config: str) -> list[Event]:
    items = read(rows, config)
    assert not faults(items)
    return events(items)


def reason_of(rows: str, config: str) -> Fault:
    (fault,) = faults(read(rows, config))
    return fault


def lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def both(*records: dict[str, str]) -> Iterable[str]:
    """Return rows as JSON Lines and as CSV."""
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [";".join(names), *(";".join(one.get(name, "") for name in names) for one in records)]
    return lines(*records), "\n".join(rows) + "\n"


def configured(config: str) -> tuple[str, str]:
    """Return a configuration for JSON Lines and for CSV."""
    return tuple(
        config.replace("[input]\n", f'[input]\nformat = "{one}"\n{more}')
        for one, more in (("jsonl", ""), ("csv", 'delimiter = ";"\n'))
    )  # type: ignore[return-value]


def test_the_first_column_with_a_value_counts() -> None:
    config = MOSCOW + '[columns]\nappeal_id = "reply_to ?? id"\n[values.appeal_id]\n"0" = ""\n'
    about = {"type": "created", "occurred_at": "2026-03-12T10:15"}
    rows = both({"id": "1", "reply_to": "", **about}, {"id": "2", "reply_to": "1", **about},
                {"id": "3", "reply_to": "0", **about})  # fmt: skip
    for text, mapping in zip(rows, configured(config), strict=True):
        assert [event.appeal_id for event in events_of(text, mapping)] == ["1", "1", "3"]
    named = lines({"Что это??": "7", **about})
    assert events_of(named, MOSCOW + '[columns]\nappeal_id = "Что это??"')[0].appeal_id == "7"


def test_two_columns_are_joined_and_mapped() -> None:
    config = MOSCOW + '[columns]\ntype = ["object", "action"]\n[values.type]\n'
    config += '"comment + new" = "created"\n"+ reply" = "replied"\n"reply +" = "edited"\n'
    about = {"appeal_id": "1", "occurred_at": "2026-03-12T10:15"}
    rows = both(
        {"object": "comment", "action": "new", **about},
        {"object": "", "action": "reply", **about},
        {"object": "reply", "action": "", **about},
        {"object": "reply", "action": "like", **about},
    )
    for text, mapping in zip(rows, configured(config), strict=True):
        *good, bad = read(text, mapping)
        assert [item[0].type.value for item in good] == ["created", "replied", "edited"]
        assert bad.reason == "unknown_type"
        assert "'reply + like'" in bad.detail


@pytest.mark.parametrize(
    ("date", "time", "local"),
    [
        ("12.03.2026", "10:50", "10:50:00"),
        ("12.03.2026", "10.50", "10:50:00"),
        ("12.03.2026", "9.05", "09:05:00"),
        ("2026-03-12", "10.50", "10:50:00"),
        ("2026-03-12T00:00:00", "1899-12-30 10:50:07", "10:50:07"),
        ("12.03.2026 00:00:00", "10:50", "10:50:00"),
        ("12.03.2026 10:50", "", "10:50:00"),
        ("12.03.2026", "10.5", None),
        ("12.03.2026 0:00", "10-50", "10:50:00"),
        ("12.03.2026", "", None),
        ("12.03.2026", "нет", None),
        ("2026-03-12T00:00:00", "нет", None),
        ("2026-03-12T00:00:00+03:00", "", None),
        ("12.03.2026 0:00", "", None),
        ("12 марта 2026 г., 00:00", "", None),
        ("", "10:50", None),
        ("12.03.2026 11:00", "10:50", None),
    ],
)
def test_a_date_and_a_time_of_day_in_two_columns(date: str, time: str, local: str | None) -> None:
    config = MOSCOW + '[columns]\noccurred_at = ["date", "time"]\n'
    config += '[values.occurred_at]\n10-50 = "10:50"\n"нет" = ""\n'
    rows = both({"appeal_id": "1", "type": "created", "date": date, "time": time})
    for text, mapping in zip(rows, configured(config), strict=True):
        if local is None:
            assert reason_of(text, mapping).reason == "unreadable_time"
        else:
            (event,) = events_of(text, mapping)
            assert event.occurred_at.isoformat() == (
                datetime.fromisoformat(f"2026-03-12T{local}+03:00").astimezone(UTC).isoformat()
            )


def test_each_column_of_several_must_be_in_the_header() -> None:
    config = MOSCOW + '[columns]\nappeal_id = "parent ?? id"\n'
    for head, says in (
        ("id", "has no column 'parent' to read as appeal_id"),
        ("parent,id,id", "2 columns named 'id'"),
    ):
        row = ",".join("1" for _ in head.split(","))
        with pytest.raises(SourceError, match=says):
            read(f"{head},type,occurred_at\n{row},created,2026-03-12T10:15\n", config)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ('columns.appeal_id = "a ?? "', "columns.appeal_id"),
        ('columns.type = ["a", ""]', "columns.type"),
        ("columns.type = []", "columns.type"),
        ("ignore.kind = ['x']", "ignore.kind"),
        ("ignore.type = ['x']\nvalues.type.x = 'created'", "ignore.type"),
        ("input.tolerance = '2m'", "input.tolerance"),
        ("input.tolerance = 'soon'\ninput.kind = 'appeals'", "input.tolerance"),
        ("input.first_event = 'created'\ninput.kind = 'appeals'", "input.first_event"),
        ("input.first_event = 'replied'", "input.first_event"),
        ("input.datetime_format = []", "input.datetime_format"),
        ("input.datetime_format = ['excel', '%d']", "input.datetime_format[1]"),
        ("input.kind = 'statuses'\nvalues.status.New = 'new'", "values.status.New"),
        ("input.kind = 'statuses'\ncolumns.type = 'x'", "columns.type"),
        ("values.their_verdict.x = 'late'", "values.their_verdict.x"),
    ],
)
def test_keys_without_a_meaning_are_refused(key: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(key, "test.toml")
    assert caught.value.key == why
    assert "\n" not in str(caught.value)


def test_ignored_rows_are_counted_and_pass_strict(tmp_path: Path, capsys: Capture) -> None:
    structure = lines({"appeal_id": "1", "type": ["x"], "occurred_at": "2026-03-12T10:15Z"})
    assert reason_of(structure, '[ignore]\ntype = [""]\n').reason == "malformed"
    about = {"appeal_id": "1", "occurred_at": "2026-03-12T10:15:00+03:00"}
    rows = lines(
        {"type": "created", **about}, {"type": "viewed", **about}, {"type": "", **about},
        {"type": "edited", **about}, {"type": None, "appeal_id": None},
    )  # fmt: skip
    config = '[ignore]\ntype = ["viewed", "", "edited"]\n'
    Path(tmp_path, "rows.jsonl").write_text(rows, "utf-8")
    Path(tmp_path, "rows.toml").write_text(config, "utf-8")
    command = ["check", str(tmp_path / "rows.jsonl"), "--config", str(tmp_path / "rows.toml")]
    as_of = ["--as-of", "2026-03-12T11:00+03:00", "--strict"]
    assert main([*command, *as_of]) == 0
    assert "Rows: read 5 = taken 1 + quarantined 0 + ignored 4" in capsys.readouterr().out
    assert main([*command, *as_of, "--json"]) == 0
    rows_of_json = json.loads(capsys.readouterr().out)["rows"]
    assert rows_of_json == {
        "read": 5, "mapped": 1, "ignored": 4, "quarantined": 0, "inverted": 0,
    }  # fmt: skip


STORY = [
    ("assigned", "2026-03-12T10:15:00+03:00"),
    ("citizen_message", "2026-03-12T10:20:00+03:00"),
    ("replied", "2026-03-12T12:00:00+03:00"),
    ("closed", "2026-03-12T12:30:00+03:00"),
]


def story(order: Iterable[int], minutes: str = "") -> str:
    return lines(
        *(
            {"appeal_id": "1", "type": STORY[at][0], "occurred_at": STORY[at][1], "x": minutes}
            for at in order
        )
    )


def test_the_first_event_creates_the_appeal_in_any_order() -> None:
    config = '[input]\nfirst_event = "created"\n'
    policy = Policy([Target("reply", working_hours(4), OFFICE)])
    found = set()
    for order in permutations(range(4)):
        result = evaluate(events_of(story(order), config), policy, as_of=NOON)
        assert not result.quarantine
        (outcome,) = result.outcomes
        found.add((outcome.posted_at, outcome.answered_at, outcome.verdict.value))
    assert len(found) == 1
    assert found.pop()[0] == datetime(2026, 3, 12, 7, 15, tzinfo=UTC)
    result = evaluate(events_of(story([2, 3]), config), policy, as_of=NOON)  # begins with an answer
    assert {one.reason for one in result.quarantine} == {"no_appeal"}
    twice = events_of(story([0, 0]), config)  # a repeated row repeats its creation
    assert len({event.event_id for event in twice}) == 2
    assert [event.type for event in twice[:2]] == [EventType.CREATED, EventType.ASSIGNED]


def test_watch_agrees_with_check_on_first_events(tmp_path: Path, capsys: Capture) -> None:
    Path(tmp_path, "rows.jsonl").write_text(story([2, 1, 3, 0]), "utf-8")
    Path(tmp_path, "rows.toml").write_text('[input]\nfirst_event = "created"\n', "utf-8")
    config = ["--config", str(tmp_path / "rows.toml")]
    store = ["--store", str(tmp_path / "s.db")]
    assert main(["watch", str(tmp_path / "rows.jsonl"), *config, *store, "--once"]) == 0
    capsys.readouterr()
    as_of = ["--as-of", "2026-03-12T13:00+03:00", "--json"]
    outcomes = []
    for given_ in ([str(tmp_path / "rows.jsonl")], store):
        main(["check", *given_, *config, *as_of])
        outcomes.append(json.loads(capsys.readouterr().out)["outcomes"])
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0]["verdict"] == "met"


@pytest.mark.parametrize(
    ("answered", "result"),
    [("10:15:00", "exact"), ("10:13:00", "inverted"), ("10:12:59", "reply_before_post")],
)
def test_an_answer_within_the_tolerance_counts_as_at_the_posting(
    answered: str, result: str, tmp_path: Path, capsys: Capture
) -> None:
    rows = "appeal_id,posted_at,answered_at\n1,2026-03-12T10:15:00Z,2026-03-12T"
    rows += f"{answered}Z\n2,2026-03-12T10:15:00Z,\n"
    config = '[input]\nkind = "appeals"\ntolerance = "2m"\n'
    if result == "reply_before_post":
        assert reason_of(rows, config).reason == result
        return
    with opened(rows, config) as file:
        created, replied = next(file)
        assert (file.inverted, replied.occurred_at) == (result == "inverted", created.occurred_at)
    Path(tmp_path, "rows.csv").write_text(rows, "utf-8")
    Path(tmp_path, "rows.toml").write_text(config, "utf-8")
    main(["check", str(tmp_path / "rows.csv"), "--config", str(tmp_path / "rows.toml"),
          "--as-of", "2026-03-12T11:00Z"])  # fmt: skip
    text = capsys.readouterr().out
    assert ("within the tolerance: 1)" in text) == (result == "inverted")


def read_time(text: object, datetime_format: str | tuple[str, ...]) -> str:
    config = '[input]\nformat = "jsonl"\ntz = "UTC"\ndatetime_format = '
    config += json.dumps(datetime_format)
    rows = lines({"appeal_id": "1", "type": "created", "at": text})
    (item,) = read(rows, config + '\n[columns]\noccurred_at = "at"')
    return item.reason if isinstance(item, Fault) else item[0].occurred_at.isoformat()


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2026-03-12T10:15:00", SEVERAL, "2026-03-12T10:15:00+00:00"),
        ("25/12/2026 10:15", SEVERAL, "2026-12-25T10:15:00+00:00"),
        ("12/25/2026 10:15", SEVERAL, "2026-12-25T10:15:00+00:00"),
        ("03/03/2026 10:15", SEVERAL, "2026-03-03T10:15:00+00:00"),
        ("03/04/2026 10:15", SEVERAL, "unreadable_time"),
        ("12-03-2026 10:15", SEVERAL, "unreadable_time"),
        ("46093,5", ("unix", "excel"), "2026-03-12T12:00:00+00:00"),
        ("46093.5", ("unix", "excel"), "unreadable_time"),
        ("1773310500", ("unix", "excel"), "2026-03-12T10:15:00+00:00"),
    ],
)
def test_a_time_fits_exactly_one_of_several_formats(
    text: str, formats: tuple[str, ...], expected: str
) -> None:
    assert read_time(text, formats) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("46093.4270833333", "2026-03-12T10:15:00+00:00"),
        ("46093,42708333", "2026-03-12T10:15:00+00:00"),
        ("46093.42708", "2026-03-12T10:15:00+00:00"),
        ("46093.5", "2026-03-12T12:00:00+00:00"),
        ("46093.4271", "unreadable_time"),
        ("36526.0828475", "2000-01-01T01:59:18.024000+00:00"),
        ("46093 0.4270833333", "2026-03-12T10:15:00+00:00"),
        ("46093 0", "2026-03-12T00:00:00+00:00"),
        ("46093.99999999999", "2026-03-13T00:00:00+00:00"),
        ("61.5", "1900-03-01T12:00:00+00:00"),
        ("60.5", "unreadable_time"),
        ("46093", "unreadable_time"),
        ("46093.0", "unreadable_time"),
        ("46093 1.5", "unreadable_time"),
        ("2958466.5", "unreadable_time"),
        ("-1.5", "unreadable_time"),
        (46093.4270833333, "2026-03-12T10:15:00+00:00"),
    ],
)
def test_numbers_of_spreadsheets(text: object, expected: str) -> None:
    assert read_time(text, "excel") == expected


@PROPERTY
@given(st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)))
@example(datetime(2000, 1, 1, 8, 57, 33, 120_000))  # 36526.3733
@example(datetime(1933, 7, 6, 0, 0, 0, 864_000))  # 12241.00001
def test_a_number_of_a_spreadsheet_gives_back_its_time(when: datetime) -> None:
    """A few digits are those of a whole second, or of several."""
    when = when.replace(microsecond=when.microsecond // 1000 * 1000)
    number = (when - datetime(1899, 12, 30)) / timedelta(days=1)  # as spreadsheets store it
    if number.is_integer():
        return
    text = repr(number)
    digits = len(text.partition(".")[2])
    second = when.replace(microsecond=0) + timedelta(seconds=when.microsecond >= 500_000)
    serial = Fraction((second - datetime(1899, 12, 30)) // timedelta(seconds=1), 86_400)
    is_second = abs(serial - Fraction(text)) <= Fraction(1, 2 * 10**digits)
    expected = (second if is_second else when).replace(tzinfo=UTC).isoformat()
    if when.microsecond and digits < 5:
        expected = "unreadable_time"
    assert read_time(text, "excel") == expected


@pytest.mark.parametrize("datetime_format", ["%d.%m.%Y %H.%M", "%d.%m.%y %H.%M"])
def test_a_minute_after_a_point_has_two_digits(datetime_format: str) -> None:
    year = "2026" if "Y" in datetime_format else "26"
    for minute in range(60):
        text = f"12.05.{year} 10.{minute:02}"
        assert read_time(text, datetime_format) == f"2026-05-12T10:{minute:02}:00+00:00"
    for minute in range(10):
        assert read_time(f"12.05.{year} 10.{minute}", datetime_format) == "unreadable_time"


ANY_VALUE = st.one_of(
    st.sampled_from(
        ["", "1", "open", "paused", "created", "replied", "met", "12.03.2026", "10.50", "46093",
         "46093,42708", "2026-03-12T10:15Z", "24:00", "9" * 400, "1e999", " ?? ", "\0", "٠١:٠٢"]
    ),
    st.text(max_size=12), st.integers(), st.floats(), st.none(), st.booleans(),
    st.lists(st.integers(), max_size=1),
)  # fmt: skip
ANY_KINDS = [
    'first_event = "created"\n[columns]\ntype = ["c", "d"]\noccurred_at = ["a", "b"]\n',
    'kind = "appeals"\ntolerance = "2m"\n[columns]\nposted_at = ["a", "b"]\nanswered_at = "c"\n',
    'kind = "statuses"\n[columns]\nstatus = "c"\nsince = ["a", "b"]\n',
]


@PROPERTY
@given(
    st.lists(st.dictionaries(st.sampled_from("abcdi"), ANY_VALUE), min_size=1, max_size=5),
    st.sampled_from(ANY_KINDS),
)
def test_any_values_give_events_or_faults(rows: list, kind: str) -> None:
    config = MOSCOW + 'format = "jsonl"\ndatetime_format = ["default", "excel", "unix"]\n' + kind
    config += 'appeal_id = "i ?? d"\ntheir_due_at = ["a", "b ?? c"]\ntheir_verdict = "d"\n'
    config += '[ignore]\nappeal_id = ["1"]\n'
    text = "".join(json.dumps(row) + "\n" for row in rows)
    try:
        items = read(text, config)
    except SourceError as error:
        assert "\n" not in str(error)  # noqa: PT017 - an error is one of two results
        return
    assert len(items) == len(rows)
    for item in items:
        if isinstance(item, Fault):
            assert item.detail
