"""Made-up spreadsheets of many shapes, each written from one story of appeals.

Nothing here uses the package: ``Story.events`` says what each sheet has, and the functions in
``SHAPES`` write it with ``csv``, ``json`` and openpyxl as other systems would.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import openpyxl
import xlwt
from pyarrow import parquet
from pyarrow import table as arrow_table

ZONE = "Europe/Volgograd"
OFFSET = timezone(timedelta(hours=3))
"""The offset of the zone, all year since 2020-12-27."""
AGENCIES = ("Комитет ЖКХ и ТЭК", "Комитет здравоохранения", "Администрация Волгограда", "ЦУР")
DISTRICTS = ("Камышин", "Городищенский район", "Волжский")
CHANNELS = ("ВКонтакте", "Сайт", "Телеграм")
TEXT = 'Не горит фонарь; яма, "лужа"\nи мусор | у дома'


class Appeal(NamedTuple):
    """One appeal of a story; times are on the clock of the zone."""

    id: str
    posted: datetime
    answered: datetime | None
    agency: str
    district: str
    channel: str


@dataclass(frozen=True)
class Story:
    """The appeals that a sheet has."""

    appeals: tuple[Appeal, ...]

    @property
    def events(self) -> set[tuple[str, str, datetime]]:
        """The id, the type and the time of each event."""
        found = {(one.id, "created", one.posted.replace(tzinfo=OFFSET)) for one in self.appeals}
        return found | {
            (one.id, "replied", one.answered.replace(tzinfo=OFFSET))
            for one in self.appeals
            if one.answered is not None
        }


def story(seed: int, count: int = 40, days: int = 28, first: int = 1) -> Story:
    """Return a story of appeals in March 2026, from the day ``first`` on."""
    rng = random.Random(seed)
    appeals = []
    for number in range(count):
        posted = datetime(2026, 3, first) + timedelta(minutes=rng.randrange(1, days * 1440 - 9000))
        answered = posted + timedelta(minutes=rng.randrange(3, 9000))
        appeals.append(
            Appeal(
                f"В-{seed:02}/{number + 1:04}",
                posted,
                answered if rng.random() < 0.8 else None,
                rng.choice(AGENCIES),
                rng.choice(DISTRICTS),
                rng.choice(CHANNELS),
            )
        )
    return Story(tuple(appeals))


class Sheet(NamedTuple):
    """A file: its suffix, its content, the story behind it, and whether it leaves a question."""

    suffix: str
    content: bytes
    story: Story
    asks: bool = False


Make = Callable[[int], Sheet]
SHAPES: dict[str, Make] = {}


def shape(make: Make) -> Make:
    """Add a shape of a sheet."""
    SHAPES[make.__name__] = make
    return make


def table(
    rows: Sequence[Sequence[Any]], *, delimiter: str = ";", encoding: str = "cp1251"
) -> bytes:
    """Return rows as CSV, as Excel writes it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def written(when: datetime | None, form: str = "%d.%m.%Y %H:%M", empty: str = "") -> str:
    return empty if when is None else when.strftime(form)


RUSSIAN = ("Номер", "Дата публикации", "Дата ответа", "Ведомство", "Район", "Канал", "Текст")


def plain_rows(base: Story, form: str = "%d.%m.%Y %H:%M", empty: str = "") -> Iterator[list[str]]:
    """Yield a row under the names in ``RUSSIAN`` for each appeal."""
    for one in base.appeals:
        times = [written(one.posted, form), written(one.answered, form, empty)]
        yield [one.id, *times, one.agency, one.district, one.channel, TEXT]


def plain(
    name: str,
    form: str,
    head: Sequence[str] = RUSSIAN,
    columns: Sequence[int] = range(len(RUSSIAN)),
    *,
    suffix: str = ".csv",
    asks: bool = False,
    **options: str,
) -> None:
    """Add a shape that has some of the columns, under its own names and in its own encoding."""

    def make(seed: int) -> Sheet:
        base = story(seed)
        rows = [[row[at] for at in columns] for row in plain_rows(base, form)]
        return Sheet(suffix, table([head, *rows], **options), base, asks)

    SHAPES[name] = make


plain("export_of_excel", "%d.%m.%Y %H:%M")
plain(
    "english_with_byte_order_mark",
    "%Y-%m-%dT%H:%M:%S+03:00",
    ["Ticket ID", "created_at", "first_response_at", "Department", "Notes"],
    [0, 1, 2, 3, 6],
    delimiter=",",
    encoding="utf-8-sig",
)
plain(
    "console_encoding_short_years",
    "%d.%m.%y %H:%M",
    ["№ сообщения", "Дата регистрации", "Дата и время ответа", "Исполнитель", "Тема"],
    [0, 1, 2, 3, 4],
    encoding="cp866",
)
plain(
    "unix_encoding_tabs",
    "%Y-%m-%d %H:%M:%S",
    ["Номер обращения", "Поступило", "Отвечено", "Ответственный орган", "Источник"],
    [0, 1, 2, 3, 5],
    suffix=".txt",
    delimiter="\t",
    encoding="koi8-r",
)
plain(
    "unicode_text_of_excel",
    "%d.%m.%Y %H:%M:%S",
    suffix=".txt",
    delimiter="\t",
    encoding="utf-16",
)
plain("wide_without_mark", "%d.%m.%Y %H:%M", encoding="utf-16-le")
plain("slashes_day_first", "%d/%m/%Y %H:%M", encoding="utf-8")
plain(
    "slashes_month_first",
    "%m/%d/%Y %I:%M %p",
    ["Case ID", "Opened", "Answered", "Responsible Agency", "Source"],
    [0, 1, 2, 3, 5],
    delimiter=",",
    encoding="utf-8",
)
plain("times_with_a_point", "%d.%m.%Y %H.%M")
CLOSING = [name.replace("Дата ответа", "Дата закрытия") for name in RUSSIAN]
plain("closing_instead_of_answer", "%d.%m.%Y %H:%M", CLOSING, asks=True)


def stamped(name: str, head: Sequence[str], per_second: int) -> None:
    """Add a shape whose times are numbers since 1970."""

    def make(seed: int) -> Sheet:
        base = story(seed)
        rows = [
            [
                one.id,
                *(
                    when and int(when.replace(tzinfo=OFFSET).timestamp() * per_second)
                    for when in (one.posted, one.answered)
                ),
                one.agency,
            ]
            for one in base.appeals
        ]
        return Sheet(".csv", table([head, *rows], delimiter=",", encoding="utf-8"), base)

    SHAPES[name] = make


stamped("seconds_since_1970", ["id", "created", "answered", "agency"], 1)
stamped("milliseconds_since_1970", ["id", "created_at", "replied_at", "department"], 1000)


def apart(name: str, head: Sequence[str], date: str, clock: str) -> None:
    """Add a shape whose dates and times of day are in columns of their own."""

    def make(seed: int) -> Sheet:
        base = story(seed)
        rows = [
            [
                one.id,
                *(written(at, form) for at in (one.posted, one.answered) for form in (date, clock)),
                one.agency,
            ]
            for one in base.appeals
        ]
        return Sheet(".csv", table([head, *rows]), base)

    SHAPES[name] = make


APART = ["Номер", "Дата публикации", "Время", "Дата ответа", "Время ответа", "Ведомство"]
apart("dates_and_times_apart", APART, "%d.%m.%Y", "%H:%M")
apart("dates_and_times_with_a_point_apart", APART, "%d.%m.%Y", "%H.%M")
APART = ["Номер", "Дата обращения", "Время обращения", "Дата ответа", "Время ответа", "Орган"]
apart("midnights_and_times_apart", APART, "%d.%m.%Y 00:00", "%H:%M:%S")


@shape
def slashes_either_first(seed: int) -> Sheet:
    base = story(seed, count=6, days=7)
    kept = tuple(one._replace(answered=None) for one in base.appeals if one.posted.day <= 12)
    base = Story(kept)
    rows = [RUSSIAN, *plain_rows(base, "%d/%m/%Y %H:%M")]
    return Sheet(".csv", table(rows, encoding="utf-8"), base, asks=True)


@shape
def title_above_the_header(seed: int) -> Sheet:
    base = story(seed)
    blank = [""] * (len(RUSSIAN) + 1)
    title = ["Отчёт об обращениях граждан за март 2026 года", *blank[1:]]
    note = ["Сформирован:", "31.03.2026 10:00", *blank[2:]]
    rows = [["", *RUSSIAN], *(["", *row] for row in plain_rows(base))]
    return Sheet(".csv", table([title, note, blank, *rows]), base)


@shape
def separator_line_and_bars(seed: int) -> Sheet:
    base = story(seed)
    content = table([RUSSIAN, *plain_rows(base)], delimiter="|", encoding="utf-8")
    return Sheet(".csv", b"sep=|\r\n" + content, base)


@shape
def dashes_for_no_answer(seed: int) -> Sheet:
    base = story(seed)
    rows = [RUSSIAN, *plain_rows(base, empty="—" if seed % 2 else "нет ответа")]
    return Sheet(".csv", table(rows), base)


@shape
def two_headers(seed: int) -> Sheet:
    base = story(seed)
    other = ["Номер", "Поступило", "Отвечено", "Орган", "Муниципалитет", "Источник", "Комментарий"]
    return Sheet(".csv", table([other, RUSSIAN, *plain_rows(base)]), base, asks=True)


EVENT_TYPES = {"created": "Поступило", "replied": "Ответ опубликован"}


@shape
def log_of_events(seed: int) -> Sheet:
    base = story(seed)
    rows = [["Номер обращения", "Событие", "Время события", "Ведомство"]]
    agencies = {one.id: one.agency for one in base.appeals}
    for own_id, kind, when in sorted(base.events, key=lambda event: event[2]):
        rows.append([own_id, EVENT_TYPES[kind], f"{when:%d.%m.%Y %H:%M}", agencies[own_id]])
    return Sheet(".csv", table(rows), base)


@shape
def several_forms_in_a_column(seed: int) -> Sheet:
    base = story(seed)
    forms = ("%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%y %H:%M")
    rows = [RUSSIAN]
    for number, one in enumerate(base.appeals):
        form = forms[number % len(forms)]
        times = [written(one.posted, form), written(one.answered, form)]
        rows.append((one.id, *times, one.agency, one.district, one.channel, TEXT))
    return Sheet(".csv", table(rows), base)


def serial(when: datetime | None) -> str:
    """Return a time as spreadsheets store it."""
    days = None if when is None else (when - datetime(1899, 12, 30)) / timedelta(days=1)
    return "" if days is None else f"{days:.10f}".replace(".", ",")


@shape
def numbers_of_a_spreadsheet(seed: int) -> Sheet:
    base = story(seed)
    rows = list(plain_rows(base))
    for row, one in zip(rows, base.appeals, strict=True):
        row[1:3] = serial(one.posted), serial(one.answered)
    return Sheet(".csv", table([RUSSIAN, *rows]), base)


@shape
def numbers_and_texts(seed: int) -> Sheet:
    base = story(seed)
    rows = list(plain_rows(base))
    for row, one in zip(rows[::3], base.appeals[::3], strict=True):
        row[1] = serial(one.posted)
    return Sheet(".csv", table([RUSSIAN, *rows]), base)


@shape
def log_of_statuses(seed: int) -> Sheet:
    base = story(seed)
    rows: list[list[str]] = []
    for one in base.appeals:
        rows.append([one.id, "Новое", written(one.posted), one.agency])
        if one.answered is not None:
            rows.append([one.id, "Ответ дан", written(one.answered), one.agency])
    rows.sort(key=lambda row: (row[2][6:10], row[2][3:5], row[2][:2], row[2][11:]))
    head = ["Номер обращения", "Статус", "Дата изменения статуса", "Ведомство"]
    return Sheet(".csv", table([head, *rows]), base)


@shape
def log_of_unknown_statuses(seed: int) -> Sheet:
    sheet = log_of_statuses(seed)
    content = sheet.content.replace("Ответ дан".encode("cp1251"), "Решено".encode("cp1251"))
    return sheet._replace(content=content, asks=True)


@shape
def with_due_times(seed: int) -> Sheet:
    base = story(seed)
    head = [*RUSSIAN[:3], "Срок ответа", *RUSSIAN[3:]]
    rows = [
        [*row[:3], written(one.posted + timedelta(days=1)), *row[3:]]
        for row, one in zip(plain_rows(base), base.appeals, strict=True)
    ]
    return Sheet(".csv", table([head, *rows]), base)


# -- workbooks, JSON and other tables -------------------------------------------------------------


def workbook(rows: Sequence[Sequence[Any]], title: str = "Обращения", *, skip: int = 0) -> bytes:
    """Return rows as a workbook of XLSX, from the row after ``skip`` and the second column on."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for number, row in enumerate(rows, 1 + skip):
        for at, value in enumerate(row, 1 + bool(skip)):
            sheet.cell(number, at, value)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def typed_rows(base: Story) -> Iterator[list[Any]]:
    for one in base.appeals:
        yield [one.id, one.posted, one.answered, one.agency, one.district, one.channel, TEXT]


@shape
def typed_workbook(seed: int) -> Sheet:
    base = story(seed)
    return Sheet(".xlsx", workbook([RUSSIAN, *typed_rows(base)]), base)


@shape
def workbook_with_a_title_and_totals(seed: int) -> Sheet:
    base = story(seed)
    rows: list[Sequence[Any]] = [
        ["Отчёт об обращениях за март"],
        ["Сформирован", datetime(2026, 3, 31, 10)],
        [],
        RUSSIAN,
        *typed_rows(base),
        ["Итого", None, None, len(base.appeals)],
    ]
    return Sheet(".xlsx", workbook(rows, skip=2), base)


@shape
def workbook_with_dates_and_times_apart(seed: int) -> Sheet:
    base = story(seed)
    head = ["№ обращения", "Дата поступления", "Время", "Дата ответа", "Время ответа", "Орган"]
    rows = [
        [
            one.id,
            one.posted.date(),
            one.posted.time(),
            one.answered and one.answered.date(),
            one.answered and one.answered.time(),
            one.agency,
        ]
        for one in base.appeals
    ]
    return Sheet(".xlsx", workbook([head, *rows]), base)


@shape
def workbook_with_typed_and_written_times(seed: int) -> Sheet:
    base = story(seed)
    rows = list(typed_rows(base))
    for row in rows[::2]:
        row[1] = written(row[1])
        row[2] = written(row[2], "%d/%m/%Y %H:%M")
    return Sheet(".xlsx", workbook([RUSSIAN, *rows]), base)


@shape
def workbook_with_a_cover_sheet(seed: int) -> Sheet:
    base = story(seed)
    book = openpyxl.load_workbook(io.BytesIO(workbook([RUSSIAN, *typed_rows(base)])))
    cover = book.create_sheet("Титул", 0)
    cover["B2"] = "Выгрузка обращений"
    cover["B3"] = datetime(2026, 3, 31, 10)
    content = io.BytesIO()
    book.save(content)
    return Sheet(".xlsx", content.getvalue(), base)


@shape
def workbook_with_two_tables(seed: int) -> Sheet:
    base = story(seed)
    book = openpyxl.load_workbook(io.BytesIO(workbook([RUSSIAN, *typed_rows(base)])))
    other = book.create_sheet("Февраль")
    for row in [RUSSIAN, *typed_rows(story(seed + 50))]:
        other.append(row)
    content = io.BytesIO()
    book.save(content)
    return Sheet(".xlsx", content.getvalue(), base, asks=True)


@shape
def workbook_by_date_alone(seed: int) -> Sheet:
    base = story(seed)
    rows = list(typed_rows(base))
    for row in rows:
        row[1] = row[1].date()
    return Sheet(".xlsx", workbook([RUSSIAN, *rows]), base, asks=True)


@shape
def old_workbook(seed: int) -> Sheet:
    base = story(seed)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    form = xlwt.easyxf(num_format_str="dd.mm.yyyy hh:mm")
    for number, row in enumerate([RUSSIAN, *typed_rows(base)]):
        for at, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write(number, at, value, form)
            elif value is not None:
                sheet.write(number, at, value)
    content = io.BytesIO()
    book.save(content)
    return Sheet(".xls", content.getvalue(), base)


@shape
def json_lines_with_inner_objects(seed: int) -> Sheet:
    base = story(seed)
    lines = [
        {
            "ticket": {"id": one.id, "agency": {"name": one.agency}},
            "created_at": one.posted.replace(tzinfo=OFFSET).isoformat(),
            "answered_at": one.answered and one.answered.replace(tzinfo=OFFSET).isoformat(),
            "tags": ["a"],
        }
        for one in base.appeals
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return Sheet(".jsonl", text.encode(), base)


@shape
def json_answer_of_a_server(seed: int) -> Sheet:
    base = story(seed)
    items = [
        {
            "requestId": one.id,
            "submittedAt": int(one.posted.replace(tzinfo=OFFSET).timestamp()),
            "firstResponseAt": one.answered
            and int(one.answered.replace(tzinfo=OFFSET).timestamp()),
            "department": one.agency,
        }
        for one in base.appeals
    ]
    document = {"meta": {"count": len(items)}, "data": {"items": items}}
    return Sheet(".json", json.dumps(document, ensure_ascii=False, indent=1).encode(), base)


@shape
def packed_array(seed: int) -> Sheet:
    base = story(seed)
    items = [
        {
            "id": one.id,
            "posted_at": written(one.posted),
            "answered_at": written(one.answered),
            "agency_id": one.agency,
        }
        for one in base.appeals
    ]
    return Sheet(".json.gz", gzip.compress(json.dumps(items).encode(), mtime=0), base)


@shape
def packed_sheet(seed: int) -> Sheet:
    base = story(seed)
    return Sheet(".csv.gz", gzip.compress(table([RUSSIAN, *plain_rows(base)]), mtime=0), base)


@shape
def columns_of_parquet(seed: int) -> Sheet:
    base = story(seed)
    columns = {
        "id": [one.id for one in base.appeals],
        "created": [one.posted.replace(tzinfo=OFFSET) for one in base.appeals],
        "replied": [one.answered and one.answered.replace(tzinfo=OFFSET) for one in base.appeals],
        "agency": [one.agency for one in base.appeals],
    }
    content = io.BytesIO()
    parquet.write_table(arrow_table(columns), content)
    return Sheet(".parquet", content.getvalue(), base)
