"""Made-up spreadsheets of many shapes, each written from one story of appeals.

Nothing here uses the package: ``Story.events`` says what each sheet has, and ``SHAPES`` write it
with ``csv``, ``json`` and openpyxl as other systems would.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Sequence
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
USUAL = "%d.%m.%Y %H:%M"


class Appeal(NamedTuple):
    """One appeal of a story; times are on the clock of the zone."""

    id: str
    posted: datetime
    answered: datetime | None
    agency: str
    district: str
    channel: str

    @property
    def times(self) -> tuple[datetime, datetime | None]:
        return self.posted, self.answered

    @property
    def instants(self) -> list[datetime | None]:
        return [when and when.replace(tzinfo=OFFSET) for when in self.times]


class Story(NamedTuple):
    appeals: tuple[Appeal, ...]

    @property
    def events(self) -> set[tuple[str, str, datetime]]:
        return {
            (one.id, kind, when)
            for one in self.appeals
            for kind, when in zip(("created", "replied"), one.instants, strict=True)
            if when is not None
        }


def story(seed: int, count: int = 40, days: int = 28) -> Story:
    rng = random.Random(seed)
    appeals = []
    for number in range(count):
        posted = datetime(2026, 3, 1) + timedelta(minutes=rng.randrange(1, days * 1440 - 9000))
        answered = posted + timedelta(minutes=rng.randrange(3, 9000))
        given = answered if rng.random() < 0.8 else None
        places = map(rng.choice, (AGENCIES, DISTRICTS, CHANNELS))
        appeals.append(Appeal(f"В-{seed:02}/{number + 1:04}", posted, given, *places))
    return Story(tuple(appeals))


def unanswered(seed: int) -> Story:
    kept = [one._replace(answered=None) for one in story(seed, 6, 7).appeals if one.posted.day < 13]
    return Story(tuple(kept))


class Sheet(NamedTuple):
    """A file: its suffix, its content, the story behind it, and whether it leaves a question."""

    suffix: str
    content: bytes
    story: Story
    asks: bool = False


Write = Callable[[Story], bytes]
Row = Callable[[Appeal], Sequence[Any]]
SHAPES: dict[str, Callable[[int], Sheet]] = {}


def add(
    name: str,
    write: Write,
    suffix: str = ".csv",
    *,
    asks: bool = False,
    of: Callable[[int], Story] = story,
) -> None:
    SHAPES[name] = lambda seed: Sheet(suffix, write(base := of(seed)), base, asks)


def shape(suffix: str = ".csv", *, asks: bool = False) -> Callable[[Write], Write]:
    def added(write: Write) -> Write:
        add(write.__name__, write, suffix, asks=asks)
        return write

    return added


def table(
    rows: Sequence[Sequence[Any]], *, delimiter: str = ";", encoding: str = "cp1251"
) -> bytes:
    """Return rows as CSV, as Excel writes it."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def sheet(head: Sequence[str], row: Row, **options: str) -> Write:
    """Return the writer of a sheet with a row for each appeal."""
    return lambda base: table([head, *map(row, base.appeals)], **options)


def written(when: datetime | None, form: str = USUAL, empty: str = "") -> str:
    return empty if when is None else when.strftime(form)


RUSSIAN = ("Номер", "Дата публикации", "Дата ответа", "Ведомство", "Район", "Канал", "Текст")


def typed(one: Appeal) -> list[Any]:
    return [*one, TEXT]


def plain(form: str = USUAL, empty: str = "", columns: Sequence[int] = range(7)) -> Row:
    def row(one: Appeal) -> list[str]:
        times = (written(when, form, empty) for when in one.times)
        cells = [one.id, *times, *one[3:], TEXT]
        return [cells[at] for at in columns]

    return row


def apart(date: str, clock: str) -> Row:
    return lambda one: [
        one.id, *(written(when, form) for when in one.times for form in (date, clock)), one.agency
    ]  # fmt: skip


def stamps(per_second: int) -> Row:
    def row(one: Appeal) -> list[Any]:
        times = (when and int(when.timestamp() * per_second) for when in one.instants)
        return [one.id, *times, one.agency]

    return row


COMMA = {"delimiter": ",", "encoding": "utf-8"}
TABS = {"delimiter": "\t"}
ENGLISH = ["Ticket ID", "created_at", "first_response_at", "Department", "Notes"]
SHORT = ["№ сообщения", "Дата регистрации", "Дата и время ответа", "Исполнитель", "Тема"]
UNIX = ["Номер обращения", "Поступило", "Отвечено", "Ответственный орган", "Источник"]
CASES = ["Case ID", "Opened", "Answered", "Responsible Agency", "Source"]
CLOSING = [name.replace("Дата ответа", "Дата закрытия") for name in RUSSIAN]
OTHER = ["Номер", "Поступило", "Отвечено", "Орган", "Муниципалитет", "Источник", "Комментарий"]
DATES = ["Номер", "Дата публикации", "Время", "Дата ответа", "Время ответа", "Ведомство"]
OTHER_DATES = ["Номер", "Дата обращения", "Время обращения", "Дата ответа", "Время ответа", "Орган"]
ISO, ISO_SECONDS, SLASHES = "%Y-%m-%dT%H:%M:%S+03:00", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"

add("export_of_excel", sheet(RUSSIAN, plain()))
add(
    "english_with_byte_order_mark",
    sheet(ENGLISH, plain(ISO, columns=[0, 1, 2, 3, 6]), delimiter=",", encoding="utf-8-sig"),
)
add(
    "console_encoding_short_years",
    sheet(SHORT, plain("%d.%m.%y %H:%M", columns=range(5)), encoding="cp866"),
)
add(
    "unix_encoding_tabs",
    sheet(UNIX, plain(ISO_SECONDS, columns=[0, 1, 2, 3, 5]), encoding="koi8-r", **TABS),
    ".txt",
)
add(
    "unicode_text_of_excel", sheet(RUSSIAN, plain(USUAL + ":%S"), encoding="utf-16", **TABS), ".txt"
)
add("wide_without_mark", sheet(RUSSIAN, plain(), encoding="utf-16-le"))
add("slashes_day_first", sheet(RUSSIAN, plain(SLASHES), encoding="utf-8"))
add(
    "slashes_month_first",
    sheet(CASES, plain("%m/%d/%Y %I:%M %p", columns=[0, 1, 2, 3, 5]), **COMMA),
)
add(
    "slashes_either_first",
    sheet(RUSSIAN, plain(SLASHES), encoding="utf-8"),
    asks=True,
    of=unanswered,
)
add("times_with_a_point", sheet(RUSSIAN, plain("%d.%m.%Y %H.%M")))
add("closing_instead_of_answer", sheet(CLOSING, plain()), asks=True)
add("dashes_for_no_answer", sheet(RUSSIAN, plain(empty="—")))
add("words_for_no_answer", sheet(RUSSIAN, plain(empty="нет ответа")))
add("seconds_since_1970", sheet(["id", "created", "answered", "agency"], stamps(1), **COMMA))
add(
    "milliseconds_since_1970",
    sheet(["id", "created_at", "replied_at", "department"], stamps(1000), **COMMA),
)
add("dates_and_times_apart", sheet(DATES, apart("%d.%m.%Y", "%H:%M")))
add("dates_and_times_with_a_point_apart", sheet(DATES, apart("%d.%m.%Y", "%H.%M")))
add("midnights_and_times_apart", sheet(OTHER_DATES, apart("%d.%m.%Y 00:00", "%H:%M:%S")))
add(
    "separator_line_and_bars",
    lambda base: b"sep=|\r\n" + sheet(RUSSIAN, plain(), delimiter="|", encoding="utf-8")(base),
)
add("packed_sheet", lambda base: gzip.compress(sheet(RUSSIAN, plain())(base), mtime=0), ".csv.gz")
add("two_headers", lambda base: table([OTHER, RUSSIAN, *map(plain(), base.appeals)]), asks=True)
add(
    "with_due_times",
    sheet(
        [*RUSSIAN, "Срок ответа"],
        lambda one: [*plain()(one), written(one.posted + timedelta(days=1))],
    ),
)


@shape()
def title_above_the_header(base: Story) -> bytes:
    blank = [""] * (len(RUSSIAN) + 1)
    title = ["Отчёт об обращениях граждан за март 2026 года", *blank[1:]]
    note = ["Сформирован:", "31.03.2026 10:00", *blank[2:]]
    rows = [RUSSIAN, *map(plain(), base.appeals)]
    return table([title, note, blank, *(["", *row] for row in rows)])


def log(base: Story, head: Sequence[str], created: str, replied: str) -> bytes:
    """Return a row for each event, in the order of time."""
    names = {"created": created, "replied": replied}
    agencies = {one.id: one.agency for one in base.appeals}
    events = sorted(base.events, key=lambda event: event[2])
    rows = [[own, names[kind], written(when), agencies[own]] for own, kind, when in events]
    return table([head, *rows])


STATUSES = ["Номер обращения", "Статус", "Дата изменения статуса", "Ведомство"]
TYPES = ["Номер обращения", "Событие", "Время события", "Ведомство"]
add("log_of_events", lambda base: log(base, TYPES, "Поступило", "Ответ опубликован"))
add("log_of_statuses", lambda base: log(base, STATUSES, "Новое", "Ответ дан"))
add("log_of_unknown_statuses", lambda base: log(base, STATUSES, "Новое", "Решено"), asks=True)


@shape()
def several_forms_in_a_column(base: Story) -> bytes:
    forms = (USUAL, "%Y-%m-%dT%H:%M:%S", SLASHES, "%d.%m.%y %H:%M")
    rows = [plain(forms[number % 4])(one) for number, one in enumerate(base.appeals)]
    return table([RUSSIAN, *rows])


def serial(when: datetime | None) -> str:
    days = None if when is None else (when - datetime(1899, 12, 30)) / timedelta(days=1)
    return "" if days is None else f"{days:.10f}".replace(".", ",")


@shape()
def numbers_of_a_spreadsheet(base: Story) -> bytes:
    rows = [[one.id, *map(serial, one.times), *plain()(one)[3:]] for one in base.appeals]
    return table([RUSSIAN, *rows])


@shape()
def numbers_and_texts(base: Story) -> bytes:
    rows = [*map(plain(), base.appeals)]
    for row, one in zip(rows[::3], base.appeals[::3], strict=True):
        row[1] = serial(one.posted)
    return table([RUSSIAN, *rows])


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def workbook(
    rows: Sequence[Sequence[Any]],
    title: str = "Обращения",
    *,
    skip: int = 0,
    change: Callable[[Any], object] = lambda _: None,
) -> bytes:
    """Return rows as a workbook of XLSX, from the row after ``skip`` and the second column on."""
    book = openpyxl.Workbook()
    book.active.title = title
    for number, row in enumerate(rows, 1 + skip):
        for at, value in enumerate(row, 1 + bool(skip)):
            book.active.cell(number, at, value)
    change(book)
    return saved(book)


def typed_rows(base: Story) -> list[Sequence[Any]]:
    return [RUSSIAN, *map(typed, base.appeals)]


add("typed_workbook", lambda base: workbook(typed_rows(base)), ".xlsx")


@shape(".xlsx")
def workbook_with_a_title_and_totals(base: Story) -> bytes:
    title = [["Отчёт об обращениях за март"], ["Сформирован", datetime(2026, 3, 31, 10)], []]
    total = ["Итого", None, None, len(base.appeals)]
    return workbook([*title, *typed_rows(base), total], skip=2)


@shape(".xlsx")
def workbook_with_dates_and_times_apart(base: Story) -> bytes:
    head = ["№ обращения", "Дата поступления", "Время", "Дата ответа", "Время ответа", "Орган"]

    def row(one: Appeal) -> list[Any]:
        parts = [
            when and part(when) for when in one.times for part in (datetime.date, datetime.time)
        ]
        return [one.id, *parts, one.agency]

    return workbook([head, *map(row, base.appeals)])


@shape(".xlsx")
def workbook_with_typed_and_written_times(base: Story) -> bytes:
    rows = typed_rows(base)
    for row in rows[1::2]:
        row[1:3] = written(row[1]), written(row[2], SLASHES)  # type: ignore[index]
    return workbook(rows)


@shape(".xlsx")
def workbook_with_a_cover_sheet(base: Story) -> bytes:
    def cover(book: Any) -> None:
        sheet = book.create_sheet("Титул", 0)
        sheet["B2"], sheet["B3"] = "Выгрузка обращений", datetime(2026, 3, 31, 10)

    return workbook(typed_rows(base), change=cover)


@shape(".xlsx", asks=True)
def workbook_with_two_tables(base: Story) -> bytes:
    def other(book: Any) -> None:
        sheet = book.create_sheet("Февраль")
        for row in typed_rows(story(50)):
            sheet.append(row)

    return workbook(typed_rows(base), change=other)


@shape(".xlsx", asks=True)
def workbook_by_date_alone(base: Story) -> bytes:
    rows = [typed(one._replace(posted=one.posted.date())) for one in base.appeals]
    return workbook([RUSSIAN, *rows])


@shape(".xls")
def old_workbook(base: Story) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Лист1")
    form = xlwt.easyxf(num_format_str="dd.mm.yyyy hh:mm")
    for number, row in enumerate(typed_rows(base)):
        for at, value in enumerate(row):
            if value is not None:
                sheet.write(number, at, value, *[form] * isinstance(value, datetime))
    return saved(book)


def as_json(value: object, **options: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=datetime.isoformat, **options).encode()


@shape(".jsonl")
def json_lines_with_inner_objects(base: Story) -> bytes:
    lines = []
    for one in base.appeals:
        created, answered = one.instants
        line = {"ticket": {"id": one.id, "agency": {"name": one.agency}}, "tags": ["a"]}
        lines.append(as_json(line | {"created_at": created, "answered_at": answered}) + b"\n")
    return b"".join(lines)


@shape(".json")
def json_answer_of_a_server(base: Story) -> bytes:
    names = ("requestId", "submittedAt", "firstResponseAt", "department")
    items = [dict(zip(names, stamps(1)(one), strict=True)) for one in base.appeals]
    return as_json({"meta": {"count": len(items)}, "data": {"items": items}}, indent=1)


@shape(".json.gz")
def packed_array(base: Story) -> bytes:
    names = ("id", "posted_at", "answered_at", "agency_id")
    items = [dict(zip(names, plain()(one), strict=False)) for one in base.appeals]
    return gzip.compress(json.dumps(items).encode(), mtime=0)


@shape(".parquet")
def columns_of_parquet(base: Story) -> bytes:
    rows = [(one.id, *one.instants, one.agency) for one in base.appeals]
    columns = map(list, zip(*rows, strict=True))
    content = io.BytesIO()
    names = ("id", "created", "replied", "agency")
    parquet.write_table(arrow_table(dict(zip(names, columns, strict=True))), content)
    return content.getvalue()
