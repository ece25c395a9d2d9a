"""Rows or columns that contradict each other: ``init`` says so, and no command reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    _, out, err = run(capsys, "init", configured, "--calendar=RU-VGG", "--lang=en")
    assert "1 ids and 1 rows too many, such as '1'" in err
    assert "appeal_id = ?" in out.replace('"?"', "?")
    assert '# appeal_id = "Номер"' not in out
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
