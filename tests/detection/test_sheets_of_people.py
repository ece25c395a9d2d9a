"""Sheets as people and help desks write them, each with the appeals that it has."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from kit.made_sheets import ZONE, workbook
from workhours_sla.config.file import parse_config
from workhours_sla.detection.detect import detect, verified
from workhours_sla.detection.detected import Detected, Given, configuration_text
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault

PAGE = (
    "<html><body><table border=1><tr><th>Номер<th colspan=2>Поступило<th>Отвечено</tr>"
    "<tr><td>1</td><td>12.01.2026</td><td>10:05</td><td>12.01.2026&nbsp;11:30</td></tr>"
    "<tr><td>2<td>13.01.2026<td>12:05<td></tr><tr><td colspan=2>Итого: 2</table></body></html>"
)


class Sheet(NamedTuple):
    """A sheet: its rows, its appeals, and the keys that ``init`` asks for.

    The cells are separated by ``|``. An appeal is an id, a posting and an answer or ``-``, in
    January 2026. Each question is answered by its first choice, or as ``answers`` says.
    """

    rows: str
    appeals: str = "1 12 10:05 12 11:30, 2 13 12:05 -"
    asked: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


SHEETS: Final = {
    "two rows of names": Sheet("""\
Номер|Поступление||Ответ||Ведомство
|Дата|Время|Дата|Время|
1|12.01.2026|10:05|12.01.2026|11:30|ЖКХ
2|13.01.2026|12:05|||ЖКХ
Итого|2||1||"""),
    "two rows below a title": Sheet("""\
Журнал обращений граждан|||||
№ п/п|Рег. номер|Обращение||Ответ|
||Дата|Время|Дата|Время
1|1|12.01.2026|10:05|12.01.2026|11:30
2|2|13.01.2026|12:05||
|Всего|2||1|"""),
    "one name over two columns": Sheet("""\
Номер|Поступило||Отвечено||Орган
1|12.01.2026|10:05|12.01.2026|11:30|ЖКХ
2|13.01.2026|12:05|||Дороги"""),
    "equal names beside each other": Sheet("""\
Номер|Дата ответа|Дата ответа|Дата поступления|Дата поступления
1|12.01.2026|11.30|12.01.2026|10.05
2|||13.01.2026|12.05
Итого обращений: 2||||"""),
    "the header on each page": Sheet("""\
Номер|Поступило|Ответ
1|12.01.2026 10:05|12.01.2026 11:30
Номер|Поступило|Ответ
2|13.01.2026 12:05|"""),
    "names of months": Sheet("""\
Номер обращения|Дата обращения|Дата и время ответа|Ответственный
1|12 января 2026 г., 10:05|12 янв. 2026 11:30|Иванов
2|13 января 2026 г., 12:05||Петров"""),
    "names of months, dates and times apart": Sheet("""\
№|Дата поступления|Время поступления|Дата ответа|Время ответа
1|12 января 2026|10:05|12 января 2026|11:30
2|13 января 2026|12:05||"""),
    "English months": Sheet("""\
Ticket Number|Date Created|First Response|Department
1|Jan 12, 2026 10:05 AM|Jan 12, 2026 11:30 AM|Roads
2|Jan 13, 2026 12:05 PM||Roads
Grand total|2||"""),
    "seconds since 1970": Sheet("""\
post_id|author_id|post_date|text|reply_date
1|77|1768201500|Не горит фонарь|1768206600
2|78|1768295100|Не горит фонарь|"""),
    "Zendesk": Sheet(
        """\
Ticket ID|Subject|Requester|Created at|Updated at|Solved at|Assignee|Group|Status
1|Не горит фонарь|Иванов|2026-01-12 10:05|2026-01-14 9:00|2026-01-12 11:30|Петров|ЖКХ|Solved
2|Не горит фонарь|Иванов|2026-01-13 12:05|2026-01-14 9:00||Петров|ЖКХ|Open""",
        asked=("answered_at",),
    ),
    "Freshdesk": Sheet(
        """\
Ticket ID|Subject|Status|Priority|Source|Agent|Group|Created time|Due by Time|Resolved time|Closed time|Initial response time|First response time (in hrs)
1|s|Closed|Low|Email|Bob|Roads|2026-01-12 10:05:00|2026-01-13 14:05:33|2026-01-12 12:05:33|2026-01-12 18:05:33|2026-01-12 11:30:00|01:25:00
2|s|Open|Low|Email|Bob|Roads|2026-01-13 12:05:00|2026-01-14 14:05:33||||""",  # noqa: E501
        asked=("answered_at",),
    ),
    "ServiceNow": Sheet(
        """\
number|opened_at|resolved_at|closed_at|state|assignment_group|assigned_to|sys_created_on
1|2026-01-12 10:05:00|2026-01-12 11:30:00|2026-01-13 15:05:33|Closed|Net|Bob|2026-01-12 10:05:40
2|2026-01-13 12:05:00|||New|Net|Bob|2026-01-13 12:05:40""",
        asked=("answered_at",),
    ),
    "OTRS": Sheet("""\
Ticket#|Age|Created|Closed|First Lock|First Response|State|Priority|Queue|Owner
1|1 h|2026-01-12 10:05:00|2026-01-14 18:05:33|2026-01-12 10:06|2026-01-12 11:30:00|new|3|Roads|bob
2|1 h|2026-01-13 12:05:00||||new|3|Roads|bob"""),
    "osTicket": Sheet(
        """\
Ticket Number|Date Created|Priority|Department|Status|SLA Due Date|Closed Date|Overdue|Answered
1|1/12/26 10:05 AM|Normal|Roads|Closed|1/14/26 2:05 PM|1/12/26 11:30 AM|0|1
2|1/13/26 12:05 PM|Normal|Roads|Open|1/14/26 2:05 PM||0|0""",
        asked=("answered_at",),
    ),
    "Open311": Sheet(
        """\
service_request_id|status|service_name|agency_responsible|requested_datetime|updated_datetime
1|closed|Pothole|DPW|2026-01-12T10:05:00+03:00|2026-01-12T11:30:00+03:00
2|open|Pothole|DPW|2026-01-13T12:05:00+03:00|""",
        asked=("answered_at",),
    ),
    "day or month first": Sheet(
        """\
Номер|Поступило|Отвечено
1|12/01/2026 10:05|12/01/2026 11:30
2|11/01/2026 12:05|""",
        "1 12 10:05 12 11:30, 2 11 12:05 -",
        asked=("datetime_format",),
    ),
}


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode("cp1251")


def answered(found: Detected, answers: Mapping[str, str] | Sequence[str]) -> str:
    """Return the configuration with an answer to each question: by its key, or in order."""
    text = configuration_text(found, schedule={})
    for doubt in found.doubts:
        first = [line.split(" = ", 1)[1].strip('"') for line in doubt.choices[:1]]
        given = [answers[key] for key in doubt.keys] if isinstance(answers, Mapping) else answers
        for key, value in zip(doubt.keys, given or first, strict=True):
            text = re.sub(rf'(?m)^{re.escape(key)} = "\?".*$', f'{key} = "{value}"', text)
    return text


def appeals_in(
    content: bytes, text: str, name: str | None = None
) -> tuple[dict[str, list[datetime | None]], int]:
    """Return the posting and the first answer of each appeal, and the number of rejected rows."""
    found: dict[str, list[datetime | None]] = {}
    faults = 0
    with open_source(BytesIO(content), parse_config(text, "written"), name=name) as source:
        for item in source:
            faults += isinstance(item, Fault)
            for event in () if isinstance(item, Fault) else item:
                times = found.setdefault(event.appeal_id, [None, None])
                if event.type in ("created", "replied"):
                    at = event.type == "replied"
                    times[at] = min(times[at] or event.occurred_at, event.occurred_at)
    return found, faults


def truth(appeals: str) -> dict[str, list[datetime | None]]:
    def time(day: str, clock: str) -> datetime:
        return datetime.fromisoformat(f"2026-01-{day}T{clock}+03:00")

    found: dict[str, list[datetime | None]] = {}
    for own_id, day, clock, *reply in (one.split() for one in appeals.split(", ")):
        found[own_id] = [time(day, clock), time(*reply) if len(reply) > 1 else None]
    return found


def read(content: bytes, sheet: Sheet) -> None:
    stream = BytesIO(content)
    found = verified(detect(stream, given=Given(tz=ZONE)), stream)
    questions = [doubt for doubt in found.doubts if doubt.keys]
    assert tuple(key for doubt in questions for key in doubt.keys) == sheet.asked, found.doubts
    assert appeals_in(content, answered(found, sheet.answers)) == (truth(sheet.appeals), 0)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_read_as_what_it_says(name: str) -> None:
    sheet = SHEETS[name]
    rows = [line.split("|") for line in sheet.rows.splitlines()]
    read(as_csv(rows), sheet)
    read(workbook([[cell or None for cell in row] for row in rows]), sheet)


def test_a_page_under_the_name_of_a_workbook_is_read() -> None:
    for encoding in ("utf-8", "cp1251"):
        read(PAGE.encode(encoding), Sheet(""))
    spanned = PAGE.replace("<td>12.01.2026</td>", "<td rowspan=2>12.01.2026</td>")
    spanned = spanned.replace("<td>2<td>13.01.2026<td>", "<td>2<td>")
    read(spanned.encode(), Sheet("", "1 12 10:05 12 11:30, 2 12 12:05 -"))


def test_a_second_table_of_a_page_is_noted() -> None:
    table = PAGE.partition("<body>")[2].partition("</body>")[0]
    found = detect(BytesIO(PAGE.encode()), given=Given(tz=ZONE))
    config = parse_config(answered(found, ()), "written")
    pages = {PAGE: 0, PAGE.replace(table, table * 2): 1, PAGE.replace("</body>", "<table><tr>"): 0}
    for page, notes in pages.items():
        with open_source(BytesIO(page.encode()), config) as source:
            list(source)
        causes = [note.cause for note in source.notes]
        assert causes == [*["other_tables"] * notes, "row_of_totals"]


def test_a_question_names_its_candidates_with_an_example_the_best_first() -> None:
    rows = [line.split("|") for line in SHEETS["ServiceNow"].rows.splitlines()]
    (doubt,) = detect(BytesIO(as_csv(rows)), given=Given(tz=ZONE)).doubts
    question = str(doubt.question)
    assert re.search("'resolved_at' .'2026-01-12 11:30:00'.*'closed_at' .'2026-01-13", question)
    assert doubt.choices == ('answered_at = "resolved_at"', 'answered_at = "closed_at"')


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        ("Номер|Поступило|Ответ", {"answered_at": "'Ответ' ('13.01 и 14.01')"}),
        ("Номер|Ответ|Поступило", {"posted_at": "'Поступило' ('13.01 и 14.01')"}),
        ("Обращение|Ответ|Поступило", {"appeal_id": "'Обращение' ('нет света')"}),
    ],
)
def test_a_question_names_the_column_whose_values_do_not_fit(
    head: str, asked: dict[str, str]
) -> None:
    content = as_csv([head.split("|"), ["нет света", "12.01.2026 9:00", "13.01 и 14.01"]])
    doubts = detect(BytesIO(content), given=Given(tz=ZONE)).doubts
    questions = {key: str(doubt.question) for doubt in doubts for key in doubt.keys}
    assert all(text in questions[key] for key, text in asked.items()), questions


@pytest.mark.parametrize(
    "rows",
    [
        "Номер|Ответ|Поступило|Ответ|Ответ\n1|12.01.2026|12.01.2026 9:00|11:30|12:30",
        "Номер|Поступило|Отвечено|Отвечено\n1|12.01.2026 9:00|12.01.2026 9:30|12.01.2026 9:40",
        "№|Поступление|Ответ|\n|Дата|Дата|Дата\n1|12.01.2026 9:00|12.01.2026 9:30|12.01.2026 9:40",
    ],
)
def test_equal_names_that_may_both_be_the_answer_are_asked_about(rows: str) -> None:
    content = as_csv([line.split("|") for line in rows.splitlines()])
    found = verified(detect(BytesIO(content), given=Given(tz=ZONE)), BytesIO(content))
    assert any("answered_at" in doubt.keys for doubt in found.doubts), found.doubts


FILES: Final = {
    one["name"]: one
    for one in tomllib.loads(
        Path(__file__).with_name("foreign_files.toml").read_text(encoding="utf-8")
    )["file"]
}


def content_of(file: Mapping[str, Any]) -> bytes:
    if "text" in file:
        return str(file["text"]).encode(file.get("encoding", "utf-8"))
    sheets = (
        {"": file["rows"]}
        if "sheets" not in file
        else dict(zip(file["sheets"], (file["rows"], file["more"]), strict=True))
    )
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name) if name else book.active
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for cells in file.get("merged", ()):
            sheet.merge_cells(cells)
    if "sheets" in file:
        book.remove(book.worksheets[0])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_others_is_read_as_its_truth_or_asked_about(name: str) -> None:
    file = FILES[name]
    content = content_of(file)
    found = verified(detect(BytesIO(content), name=name, given=Given(tz=ZONE)), BytesIO(content))
    asked = [key for doubt in found.doubts for key in doubt.keys]
    if file.get("refused"):
        assert asked
        return
    assert asked == file.get("asked", [])
    read, faults = appeals_in(content, answered(found, file.get("answers", {})), name)
    truth = {}
    for own_id, *times in (one.split() for one in file["appeals"].split("; ")):
        given = [None if time == "-" else datetime.fromisoformat(time) for time in times]
        truth[own_id.replace("_", " ")] = [
            when if when is None or when.tzinfo else when.replace(tzinfo=ZoneInfo(ZONE))
            for when in given
        ]
    assert {own_id.replace("_", " "): times for own_id, times in read.items()} == truth
    assert faults == file.get("rejected", 0)
