"""Rows or columns that contradict each other: ``init`` says so, and no command reads them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kit.made_sheets import workbook
from kit.values import Capture, run
from workhours_sla.config.column_words import matches_of

HEAD = "Номер;Поступило;Отвечено;Ведомство\n"
FIRST = "1;12.01.2026 10:05;12.01.2026 11:30;ЖКХ\n"
OTHERS = "2;13.01.2026 10:05;13.01.2026 11:30;ЖКХ\n3;13.01.2026 12:05;;ЖКХ\n"
READ = """\
[input]
kind = "appeals"
delimiter = ";"
tz = "Europe/Volgograd"
datetime_format = "%d.%m.%Y %H:%M"
[columns]
appeal_id = "Номер"
posted_at = "{posted}"
answered_at = "{answered}"
agency_id = "Ведомство"
[schedule]
calendar = "RU-VGG"
"""
AS_OF = "--as-of=20.01.2026 10:00"


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = READ.format(posted="Поступило", answered="Отвечено")
    Path("region.toml").write_text(text, encoding="utf-8")
    return Path("appeals.csv")


@pytest.mark.parametrize(
    "again",
    [
        "1;11.01.2026 10:05;12.01.2026 11:30;ЖКХ\n",
        "1;12.01.2026 10:05;12.01.2026 12:30;ЖКХ\n",
        "1;12.01.2026 10:05;12.01.2026 11:30;Дороги\n",
    ],
)
def test_rows_that_contradict_their_appeal_are_refused_by_both_commands_and_init_says_so(
    again: str, configured: Path, capsys: Capture
) -> None:
    configured.write_text(HEAD + FIRST + OTHERS + again, "utf-8")
    out_option = f"--out={configured.with_suffix('.toml')}"
    status, _, err = run(capsys, "init", configured, "--calendar=RU-VGG", "--lang=en", out_option)
    assert (status, configured.with_suffix(".toml").exists()) == (2, False)
    assert "appeals.csv cannot be read with any configuration: " in err
    assert "1 ids and 1 rows too many, such as '1'" in err
    for command in ("check", "report"):
        config = "--config=region.toml"
        status, out, err = run(capsys, command, configured, config, AS_OF, "--lang=en")
        assert (status, out) == (2, "")
        assert "1 appeal ids occur in 2 rows, such as '1'" in err


@pytest.mark.parametrize("is_later", [False, True])
def test_a_row_that_was_exported_again_with_its_answer_is_read_by_both_commands(
    is_later: bool, configured: Path, capsys: Capture
) -> None:
    without = FIRST.replace("12.01.2026 11:30", "")
    rows = [without, FIRST, without] if is_later else [FIRST, without, FIRST]
    configured.write_text(HEAD + "".join(rows) + OTHERS, "utf-8")
    _, out, err = run(capsys, "init", configured, "--calendar=RU-VGG", "--lang=en")
    assert "QUESTION" not in out + err
    _, out, _ = run(capsys, "check", configured, "--config=region.toml", AS_OF, "--lang=en")
    assert "MET 2" in out
    status, out, _ = run(capsys, "report", configured, "--config=region.toml", AS_OF, "--lang=en")
    assert status != 2
    assert "Arrived 3 = in time 2" in out


def test_one_column_of_postings_and_answers_is_refused(configured: Path, capsys: Capture) -> None:
    configured.write_text(HEAD + FIRST + OTHERS, "utf-8")
    text = READ.format(posted="Поступило", answered="Поступило")
    Path("region.toml").write_text(text, encoding="utf-8")
    status, out, err = run(capsys, "check", configured, "--config=region.toml", "--lang=en")
    assert (status, out) == (2, "")
    assert "columns.answered_at: posted_at and answered_at are both the column 'Поступило'" in err


def test_answers_that_are_all_before_their_postings_are_refused(
    configured: Path, capsys: Capture
) -> None:
    rows = "".join(f"{at};13.01.2026 10:05;;ЖКХ\n" for at in range(10, 20))
    swapped = FIRST.replace("11:30", "09:30") + OTHERS.replace("11:30", "09:30")
    configured.write_text(HEAD + swapped + rows, "utf-8")
    for command in ("check", "report"):
        config = "--config=region.toml"
        status, out, err = run(capsys, command, configured, config, AS_OF, "--lang=en")
        assert (status, out) == (2, "")
        assert "all 2 answers are before the posting" in err
    _, _, err = run(capsys, "init", configured, "--calendar=RU-VGG", "--lang=en")
    assert "QUESTION: " in err
    assert "all 2 answers are before the posting" in err


@pytest.mark.parametrize("count", [9, 10])
def test_one_time_in_all_rows_is_noted(count: int, configured: Path, capsys: Capture) -> None:
    rows = "".join(
        f"{at};{at}.01.2026 10:05;30.01.2026 11:30;ЖКХ\n" for at in range(11, 11 + count)
    )
    configured.write_text(HEAD + rows, "utf-8")
    note = f"the column 'Отвечено' has the same time in all {count} rows"
    _, _, err = run(capsys, "init", configured, "--calendar=RU-VGG", "--lang=en")
    assert (note in err) == (count == 10)
    _, _, err = run(capsys, "check", configured, "--config=region.toml", "--lang=en")
    assert (note in err) == (count == 10)


TICKETS = [
    {"id": f"A-{at}", "created_at": "2026-01-12T10:05Z", "replied_at": f"2026-01-12T11:0{at}Z"}
    for at in range(3)
]
PAGES = {
    "a next page": ({"next_page": "https://desk/2", "count": 3}, "it has 3 records"),
    "a greater count": ({"next_page": None, "count": 250}, "it has 3 of 250 records"),
    "a cursor": ({"meta": {"has_more": True}}, "it has 3 records"),
    "not the last page": ({"isLastPage": False}, "it has 3 records"),
    "the only page": ({"next_page": None, "count": 3}, ""),
    "the last page": ({"meta": {"has_more": False}, "links": {"next": None}}, ""),
    "the end of a stream": ({"next_page": "https://desk/2", "end_of_stream": True}, ""),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_document_says_that_it_is_one_page_of_many(
    name: str, configured: Path, capsys: Capture
) -> None:
    head, expected = PAGES[name]
    tickets = configured.with_suffix(".json")
    tickets.write_text(json.dumps({"tickets": TICKETS, **head}), "utf-8")
    for command in ("init", "check", "report"):
        _, _, err = run(capsys, command, tickets, "--lang=en")
        assert ("is one page of an export" in err) == bool(expected)
        assert expected in err


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Create date", "posted_at"),
        ("Data de abertura", "posted_at"),
        ("Поступила", "posted_at"),
        ("Ответ направлен", "answered_at"),
    ],
)
def test_names_of_columns(name: str, canonical: str) -> None:
    assert matches_of(name)[0].canonical == canonical


def wrote(capsys: Capture, file: Path) -> tuple[int, str, str]:
    """Return the status of ``init``, the configuration and what was said; nothing if refused."""
    out = file.with_suffix(".toml")
    out.unlink(missing_ok=True)
    status, _, err = run(capsys, "init", file, "--calendar=RU-VGG", "--lang=en", f"--out={out}")
    return status, out.read_text("utf-8") if out.exists() else "", err


@pytest.mark.parametrize("copied", [8, 9])
def test_answers_at_the_times_of_their_postings_are_asked_about_and_noted(
    copied: int, configured: Path, capsys: Capture
) -> None:
    hours = ["10:05"] * copied + ["11:30"] * (10 - copied)
    rows = "".join(
        f"{at};{at}.01.2026 10:05;{at}.01.2026 {hour};ЖКХ\n" for at, hour in enumerate(hours, 10)
    )
    configured.write_text(HEAD + rows, "utf-8")
    said = f"in {copied} of 10 answers the time in the column 'Отвечено' is that of the posting"
    status, text, err = wrote(capsys, configured)
    assert (status, 'answered_at = "?"' in text, said in err) == (0, copied == 9, copied == 9)
    assert ('# answered_at = ""' in text) == (copied == 9)
    status, out, err = run(capsys, "check", configured, "--calendar=RU-VGG", AS_OF, "--lang=en")
    assert (status == 2, out == "", said in err) == (copied == 9,) * 3
    _, out, err = run(capsys, "check", configured, "--config=region.toml", AS_OF, "--lang=en")
    assert "MET 10" in out
    assert (said in err) == (copied == 9)


BESIDE = """\
Номер;Поступило;Дата ответа;{name}
1;12.01.2026 10:05;12.01.2026 11:30;{first}
2;13.01.2026 10:05;13.01.2026 11:30;14.01.2026 9:00
3;13.01.2026 12:05;;
"""


@pytest.mark.parametrize(
    ("name", "first", "is_asked"),
    [
        ("Фактически", "12.01.2026 17:00", True),
        ("resolved_at", "12.01.2026 17:00", True),
        ("Дата исполнения", "12.01.2026 17:00", True),
        ("Фактически", "12.01.2026", False),
        ("Фактически", "", True),
        ("Обновлено", "12.01.2026 17:00", False),
        ("Дата закрытия", "12.01.2026 17:00", False),
        ("closed_at", "12.01.2026 17:00", False),
        ("Взято в работу", "12.01.2026 17:00", False),
        ("План", "12.01.2026 17:00", False),
    ],
)
def test_another_column_of_times_beside_the_answers_is_asked_about(
    name: str, first: str, is_asked: bool, configured: Path, capsys: Capture
) -> None:
    configured.write_text(BESIDE.format(name=name, first=first), "utf-8")
    status, text, err = wrote(capsys, configured)
    said = "two columns may have the times of answers: 'Дата ответа'"
    assert (status, said in err) == (0, is_asked)
    choices = ['# answered_at = "Дата ответа"', f'# answered_at = "{name}"']
    assert [line in text.splitlines() for line in choices] == [is_asked] * 2


@pytest.mark.parametrize("other", ["11.01.2026 17:00", "12.01.2026 11:30"])
def test_a_column_before_the_postings_or_with_the_same_answers_is_not_asked_about(
    other: str, configured: Path, capsys: Capture
) -> None:
    text = BESIDE.format(name="Фактически", first=other)
    same = "13.01.2026 11:30" if other.endswith("30") else "12.01.2026 17:00"
    configured.write_text(text.replace("14.01.2026 9:00", same), "utf-8")
    status, _, err = wrote(capsys, configured)
    assert (status, "QUESTION" in err) == (0, False)


MESSAGES = [
    {"id": 1, "date": "2026-03-01T10:00:00", "reply_to_message_id": None},
    {"id": 2, "date": "2026-03-01T11:00:00", "reply_to_message_id": 1},
]
REFUSED = {
    "only dates": ("Номер;Поступило;Отвечено\n1;12.01.2026;13.01.2026\n", "has only dates"),
    "answers as statuses": (
        "Номер;Поступило;Статус\n1;12.01.2026 10:05;Отвечено в срок\n",
        "the column 'Статус' says that appeals were answered or closed ('Отвечено в срок')",
    ),
    "totals": ("Ведомство;Поступило;Отвечено\nЖКХ;120;115\nГЖИ;80;70\n", "a table of totals"),
    "totals on a date": (
        "Ведомство;Отвечено;Среднее;Отчётная\nА;115;2:40;31.03.2026\nБ;70;3:15;31.03.2026\n",
        "no column has dates with times for posted_at, as in a table of totals",
    ),
    "totals at midnights": (
        "Ведомство;Отвечено;Отчётная\nЖКХ;115;2026-02-28 00:00:00\nГЖИ;70;2026-03-31 00:00:00\n",
        "no column has dates with times for posted_at, as in a table of totals",
    ),
    "a chat": (json.dumps(MESSAGES), "'reply_to_message_id' says to what a row replies"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_no_answer_makes_readable_is_refused(
    name: str, configured: Path, capsys: Capture
) -> None:
    content, why = REFUSED[name]
    configured.write_text(content, "utf-8")
    status, text, err = wrote(capsys, configured)
    assert (status, text) == (2, "")
    assert "appeals.csv cannot be read with any configuration: " in err
    assert why in err
    status, out, err = run(capsys, "check", configured, "--calendar=RU-VGG", "--lang=en")
    assert (status, out) == (2, "")
    assert why in err


@pytest.mark.parametrize("day", ["31.03.2026", "2026-03-31 00:00"])
def test_one_date_with_times_of_day_may_be_the_postings(
    day: str, configured: Path, capsys: Capture
) -> None:
    rows = "".join(f"A-{at};{day};1{at}:05;\n" for at in range(3))
    configured.write_text(f"Номер;День;Час;Отвечено\n{rows}", "utf-8")
    status, text, _ = wrote(capsys, configured)
    assert (status, 'posted_at = "?"' in text) == (0, True)


def test_a_column_of_times_is_offered_instead_of_one_of_dates(
    configured: Path, capsys: Capture
) -> None:
    content = BESIDE.format(name="Обновлено", first="12.01.2026 17:00")
    configured.write_text(content.replace(" 11:30", ""), "utf-8")
    status, text, _ = wrote(capsys, configured)
    assert status == 0
    assert 'answered_at = "?"' in text
    assert '# answered_at = "Обновлено"' in text


@pytest.mark.parametrize("sheet", ["Ответы", "Звонки"])
def test_answers_on_another_sheet_are_not_called_missing(
    sheet: str, configured: Path, capsys: Capture
) -> None:
    book = configured.with_suffix(".xlsx")
    head = ["Номер", "Поступило", "Ведомство"]
    rows = [[f"A-{at}", datetime(2026, 1, at, 10, 5), "ЖКХ"] for at in (12, 13)]
    sent = [[f"И-{at}", f"A-{at}", datetime(2026, 1, at, 12, 5)] for at in (12, 13)]

    def add(book: Any) -> None:
        other = book.create_sheet(sheet)
        for row in [["Исх. №", "К №", "Отправлено"], *sent]:
            other.append(row)

    book.write_bytes(workbook([head, *rows], change=add))
    status, text, err = wrote(capsys, book)
    if sheet == "Ответы":
        assert (status, text) == (2, "")
        assert "the times may be on the sheet 'Ответы', but sheets are not joined" in err
    else:
        assert (status, '# answered_at = ""' in text) == (0, True)


def test_an_answer_far_after_the_evaluation_is_noted(configured: Path, capsys: Capture) -> None:
    later = "4;13.01.2026 12:05;21.01.2026 9:00;ЖКХ\n5;13.01.2026 12:05;13.01.2062 13:05;ЖКХ\n"
    after = "6;22.01.2026 12:05;23.01.2026 9:00;ЖКХ\n"
    configured.write_text(HEAD + FIRST + OTHERS + later + after, "utf-8")
    _, _, err = run(capsys, "check", configured, "--config=region.toml", AS_OF, "--lang=en")
    assert "answers more than a day after Tue 20 Jan 2026 10:00: 1, such as that of '5'" in err
    assert "at Fri 13 Jan 2062 13:05" in err
    configured.write_text(HEAD + FIRST + OTHERS, "utf-8")
    _, _, err = run(capsys, "check", configured, "--config=region.toml", AS_OF, "--lang=en")
    assert err == ""
