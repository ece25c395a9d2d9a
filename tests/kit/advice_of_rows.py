"""Refusals of files of appeals with an advice: questions that they leave open, and their rows."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable
from typing import Any, Final

from kit.advice_cases import Case, Step
from kit.advice_of_files import LINE
from kit.paths import SAMPLES
from kit.workbooks import xlsx

HEAD: Final = "Номер,Дата публикации,Дата ответа\n"
GOOD: Final = f"{HEAD}1,12.03.2026 10:15,12.03.2026 11:00\n"
LOG: Final = "Номер,Событие,Время события\n1,Создано,12.03.2026 10:15\n"
STATUSES: Final = (
    "Номер,Статус,Дата статуса\n1,Новое,12.03.2026 10:15\n1,Отвечено,13.03.2026 9:00\n"
)
BEFORE: Final = "Номер,Статус,Дата статуса,Старый статус\n"
MOVED: Final = "1,Новое,12.03.2026 10:15,Поступило\n1,Отвечено,13.03.2026 9:00,Новое\n"
CHECK: Final = "check f.csv --calendar RU-VGG"
CONFIGURED: Final = f"{CHECK} --config c.toml"
WHOLE: Final = f"{CONFIGURED} --min-read 100"


def answered(key: str, content: str | bytes, **answers: str) -> Case:
    """Return the case of a file that leaves a question open, and its answers by their keys."""
    init = "init f.csv --calendar RU-VGG --out c.toml"
    return Case(key, CONFIGURED, ({"c.toml": answers}, CONFIGURED), {"f.csv": content}, (init,))


def corrected(key: str, content: str, *better: str) -> Case:
    """Return the case of a file, and what is in it if the advice is followed."""
    return Case(key, CHECK, steps("f.csv", better, CHECK), {"f.csv": content})


def steps(name: str, texts: Iterable[str | bytes], call: str) -> tuple[Step, ...]:
    return tuple(step for text in texts for step in ({name: text}, call))


def read(
    key: str, content: str | bytes, options: str, *better: str | bytes, kind: str = "appeals"
) -> Case:
    """Return the case of a file that is read with options, and what is in it afterwards."""
    files = {"f.csv": content, "c.toml": f"[input]\nkind = '{kind}'\n{options}"}
    return Case(key, WHOLE, steps("f.csv", better, WHOLE), files)


def altered(
    key: str, content: str | bytes, options: str, *better: str, kind: str = "appeals"
) -> Case:
    """Return the case of a file that is read with options, and the options afterwards."""
    texts = [f"[input]\nkind = '{kind}'\n{text}" for text in better]
    return read(key, content, options, kind=kind)._replace(then=steps("c.toml", texts, WHOLE))


def tail(column: str, value: str) -> str:
    return f"{HEAD.strip()},{column}\n1,12.03.2026 10:15,,{value}\n"


def sheet(_: object, sheet: Any) -> None:
    for at, row in enumerate(GOOD.splitlines()):
        sheet.write_row(at, 0, row.split(","))


BOOK: Final = xlsx(sheet, sheets=("Лист1", "Лист2"))
SHEET: Final = xlsx(sheet)


def by_name(book: Any, sheet: Any) -> None:
    rows = [("Номер", "Поступило", "Ведомство"), ("1", "12.03.2026 10:15", "ЖКХ")]
    if len(book.worksheets()) > 1:
        rows = [("Исх. №", "К №", "Отправлено"), ("И-1", "1", "12.03.2026 11:00")]
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)


ON_SHEETS: Final = xlsx(by_name, sheets=("Обращения", "Ответы"))


def dated(*times: str) -> str:
    return HEAD + "".join(f"{at},{time},\n" for at, time in enumerate(times, 1))


def posted(row: str) -> str:
    rows = (row, "1,Ответ дан,12.03.2026 11:15")
    return "Номер,Статус,Дата статуса,Дата создания\n" + "".join(
        f"{one},12.03.2026 9:00\n" for one in rows
    )


POSTED: Final = "appeal_id,posted_at,answered_at\n"
ROW: Final = "1,2025-03-12T10:15Z,\n"
EVENT: Final = "event_id,appeal_id,type,occurred_at\n1,A-1,created,2025-03-12T10:15+03:00\n"
NOTED: Final = POSTED.replace("\n", ",note\n")
BERLIN: Final = "tz = 'Europe/Berlin'"
EXCEL: Final = "tz = 'UTC'\ndatetime_format = 'excel'\n"
MAPPED: Final = (
    "[columns]\nappeal_id = 'Номер'\nposted_at = 'Дата публикации'\nanswered_at = 'Дата ответа'\n"
)
STATUS: Final = (
    "tz = 'UTC'\n[columns]\nappeal_id = 'Номер'\nstatus = 'Статус'\nsince = 'Дата статуса'\n"
)

XLSX: Final = f"format = 'xlsx'\ntz = 'UTC'\n{MAPPED}"
DESK: Final = "[input]\nformat = 'jira'\ntz = 'UTC'\n"
OPEN311: Final = (SAMPLES / "open311_requests.json").read_text("utf-8")
REQUESTS: Final = (SAMPLES / "open311_requests.xml").read_text("utf-8")
ZENDESK: Final = (SAMPLES / "zendesk_ticket_metric_events.json").read_text("utf-8")
COMMENTS: Final = (
    '{"response": {"items": [{"id": 1, "from_id": 7, "date": 1773299700, "post_id": 5, '
    '"owner_id": -9, "parents_stack": [], "text": "", "thread": {"count": 1, "items": [{"id": 2, '
    '"from_id": 8, "date": 1773299800, "post_id": 5, "owner_id": -9, "parents_stack": [1], '
    '"text": ""}]}}]}}'
)
CLOUD: Final = (SAMPLES / "cloudevents_structured.jsonl").read_text("utf-8")


def zipped(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


ROWS: Final = (
    answered("detect_order", dated("03/04/2026 10:15"), datetime_format='"%d/%m/%Y %H:%M"'),
    corrected("detect_mixed_orders", dated("13/04/2026 10:15", "04/13/2026 10:15"),
         dated("13/04/2026 10:15", "13/04/2026 10:15")),
    corrected("detect_mixed_year_day", dated("2026-13-03 10:15", "2026-03-13 10:15"),
         dated("2026-03-13 10:15", "2026-03-13 10:15")),
    answered("detect_year_day", dated("2026-13-03 10:15", "2026-12-03 10:15"),
         datetime_format='"%Y-%d-%m %H:%M"'),
    corrected("detect_only_dates", dated("12.03.2026"), GOOD),
    corrected("detect_date_alone", dated("12.03.2026", "12.03.2026 10:15", "13.03.2026 9:00"),
         GOOD),
    corrected("detect_clock_alone", dated("10:15"), GOOD),
    answered("detect_midnights", dated("12.03.2026 00:00"), posted_at='"Дата публикации"'),
    answered("detect_some_midnights", GOOD
         + "2,12.03.2026 9:15,13.03.2026 00:00\n3,12.03.2026 8:15,13.03.2026 0:00\n",
         answered_at='"Дата ответа"'),
    answered("detect_texts", GOOD + "2,12.03.2026 10:15,переадресовано\n",
         **{'"переадресовано"': '`""`'}),
    corrected("detect_ids_repeat", GOOD + "1,13.03.2026 9:00,\n", GOOD),
    answered("detect_several", "Номер,Дата публикации,Дата регистрации,Дата ответа\n"
         "1,12.03.2026 10:15,12.03.2026 11:15,12.03.2026 12:15\n",
         posted_at='"`Дата регистрации`"'),
    answered("detect_asked", HEAD.replace("ответа", "закрытия") + "1,12.03.2026 10:15,\n",
         answered_at='"`Дата закрытия`"'),
    answered("detect_no_answers", "Номер,Дата публикации\n1,12.03.2026 10:15\n", answered_at='""'),
    answered("detect_counter", GOOD.replace("Номер", "№ п/п"), appeal_id='"`№ п/п`"'),
    answered("detect_missing", GOOD.replace("Номер", "Шифр"), appeal_id='"`Шифр`"'),
    answered("detect_other_zone", GOOD.replace("публикации", "публикации (UTC)"), tz='"UTC"'),
    answered("detect_two_zones", "Номер,Дата публикации (UTC),Дата ответа (МСК)\n"
         "1,12.03.2026 10:15,\n", tz='"UTC"'),
    answered("detect_title_zone", f"Время московское\n{GOOD}", tz='"Europe/Moscow"'),
    answered("detect_zone_column", tail("Часовой пояс", "UTC+5"), tz='"Asia/Yekaterinburg"'),
    corrected("detect_zone_column", tail("Часовой пояс", "UTC+5"), tail("Часовой пояс",
         "UTC+5").replace("12.03.2026 10:15", "2026-03-12T10:15+05:00")),
    Case("detect_zone", "check f.csv", tuple(f"check f.csv `{zone}`"
         for zone in ("--calendar RU-VGG", "--tz Europe/Volgograd")), {"f.csv": GOOD}),
    answered("detect_duration", f"{HEAD.strip()},Время ответа\n1,11.03.2026 10:15,12.03.2026,1:25\n"
         "2,11.03.2026 11:15,12.03.2026,2:10\n", answered_at='["Дата ответа", "Время ответа"]'),
    corrected("detect_stopped", tail("Статус", "Отозвано"), GOOD),
    corrected("detect_flags", tail("Дубликат", "да"), GOOD),
    corrected("detect_interim", tail("Тип ответа", "Промежуточный"), GOOD),
    corrected("detect_untimed", tail("Статус", "Ответ дан"), tail("Статус",
         "Ответ дан").replace(",,", ",12.03.2026 11:00,")),
    corrected("detect_far", GOOD + "2,13.03.2026 10:15,12.03.2062 11:00\n", GOOD
         + "2,13.03.2026 10:15,13.03.2026 11:00\n"),
    answered("detect_swapped", dated("2026-04-03 10:15", "13.03.2026 10:15"),
         posted_at='"`Дата публикации`"'),
    answered("detect_ids_rounded", HEAD + '"1,23E+15",12.03.2026 10:15,\n', appeal_id='"`Номер`"'),
    answered("detect_no_answer", LOG + "1,Закрыто,12.03.2026 11:00\n",
         **{'"Закрыто"': '"`replied`"'}),
    answered("detect_no_creation", LOG.replace("Создано", "Назначено")
         + "1,Ответ,12.03.2026 11:00\n", first_event='"created"'),
    answered("detect_types", LOG + "1,Ответ,12.03.2026 11:00\n1,Согласовано,12.03.2026 10:40\n",
         **{'"Согласовано"': '"`assigned`"'}),
    answered("detect_statuses", STATUSES + "1,Решено,12.03.2026 10:40\n",
         **{'"Решено"': '"`answered`"'}),
    answered("detect_citizens", LOG.replace("\n", ",Автор\n", 1).replace("15\n", "15,Житель\n")
         + "1,Ответ,12.03.2026 11:15,Житель\n",
         author_role='"`Автор`"\n[values.author_role]\n"Житель" = "citizen"\n'),
    corrected("detect_posted_unread", posted("1,Новое,12.03.2026 10:15"),
         posted("1,Новое,12.03.2026 9:00")),
    corrected("detect_status_before", BEFORE + MOVED,
         f"{BEFORE}1,Поступило,12.03.2026 9:00,\n{MOVED}"),
    corrected("detect_binary", "\0\1\2\3" * 99, GOOD),
    corrected("detect_no_table", "one two\n", GOOD),
    corrected("detect_no_rows", HEAD, GOOD),
    corrected("json_deep", "[" * 60_000 + "]" * 60_000, GOOD),
    Case("detect_not_one", CHECK, ("`init f.csv` --calendar RU-VGG --out c.toml",
         {"c.toml": {"answered_at": '""'}}, CONFIGURED), {"f.csv": "Номер,Дата публикации\n"
         "1,12.03.2026 10:15\n"}),
    Case("detect_row_unfit", CHECK, ("`init f.csv` --calendar RU-VGG --out c.toml", CONFIGURED),
         {"f.csv": GOOD + "1;27.03.2026 10:00\n"}),
    answered("detect_path", '{"a": [{"id": 1, "created": "2026-03-12T10:15Z", "answered": null}], '
         '"b": [{"id": 1, "created": "2026-03-12T10:15Z", "answered": null}]}', path='"`a[]`"'),
    corrected("detect_lists", '[{"id": 1, "created_at": "2026-03-12T10:15Z", "answered_at": null, '
         '"replies": [{"date": "2026-03-12T10:30Z"}]}]', '[{"id": 1, "created_at": '
         '"2026-03-12T10:15Z", "answered_at": "2026-03-12T10:30Z", "replies": []}]'),
    corrected("detect_longer", HEAD + "1,12.03.2026 10:15 Ким,\n2,12.03.2026 11:15 Ким,\n", GOOD),
    corrected("detect_header", GOOD + "Шифр,Дата поступления,Дата ответа\n2,12.03.2026 10:15,\n",
         GOOD + "2,12.03.2026 10:15,\n"),
    answered("detect_form", HEAD + "".join(f"{at},{at}-03-2026 9~05,\n" for at in range(10, 29)),
         datetime_format='"%d-%m-%Y %H~%M"'),
    corrected("detect_by_status", GOOD.replace("Дата ответа", "Статус").replace(
         "12.03.2026 11:00", "Отвечено"), GOOD),
    answered("detect_copied", HEAD + "".join(f"{at},{at}.03.2026 10:15,{at}.03.2026 10:15\n"
         for at in range(10, 14)), answered_at='""'),
    answered("detect_two_answers", "id,created_at,first_response_at,resolved_at\n"
         "1,2026-03-12 10:15,2026-03-12 11:00,2026-03-12 12:00\n",
         answered_at='"`first_response_at`"'),
    answered("detect_spans", "Номер,Дата публикации,Время,Дата ответа\n"
         + "".join(f"{at},12.03.2026,10-12,12.03.2026 15:00\n" for at in range(5)),
         posted_at='["`Дата публикации`", "`Время`"]'),
    Case("detect_calendar", CONFIGURED.replace(" --calendar RU-VGG", ""),
         ({"c.toml": {"calendar": '"DE"'}}, "check f.csv --config c.toml"), {"f.csv": GOOD},
         ("init f.csv --tz Europe/Berlin --out c.toml",)),
    Case("detect_hours_zone", "check f.csv --config c.toml",
         ({"c.toml": {"tz": '"`Europe/Moscow`"'}}, "check f.csv --config c.toml"), {"f.csv": GOOD},
         ("init f.csv --tz UTC --calendar RU-VGG --out c.toml",)),
    corrected("detect_messages", "id,created_at,in_reply_to,text\n1,2026-03-12 10:15,,x\n"
         "2,2026-03-12 10:25,1,y\n", GOOD),
    corrected("detect_no_list", "Месяц,Поступило,Отвечено\nЯнварь,12,10\nФевраль,9,9\n", GOOD),
    corrected("detect_no_way", "Месяц,Поступило,Отвечено\nЯнварь,12,10\nФевраль,9,9\n", GOOD),
    corrected("detect_on_sheet", ON_SHEETS, GOOD),
    corrected("detect_widths", GOOD.replace("ответа", "ответа,Ведомство"), GOOD),
    answered("detect_encoding",
         "id,created_at,answered_at,note\n1,12.03.2026 10:15,,Юг\n".encode("cp1251"),
         encoding='"cp1251"'),
    Case("detect_sheet", CHECK, ("init f.csv --calendar RU-VGG --out c.toml",
         {"c.toml": {"sheet": '"`Лист1`"'}}, CONFIGURED), {"f.csv": BOOK}),
    read("came_twice", POSTED + "1,26.10.2025 02:30,\n", BERLIN, POSTED
         + "1,26.10.2025 02:30 +02:00,\n"),
    read("was_skipped", POSTED + "1,30.03.2025 02:30,\n", BERLIN, POSTED
         + "1,30.03.2025 01:30 +00:00,\n"),
    altered("no_offset", POSTED + "1,2025-03-12T10:15,\n", "", '`tz = "Europe/Volgograd"`\n'),
    altered("too_many_seconds", POSTED + "1,1685582402110,\n", "datetime_format = 'unix'",
         "datetime_format = 'unix_ms'"),
    read("serial_no_clock", POSTED + "1,46093,\n", EXCEL, POSTED + "1,46093.42711,\n"),
    read("serial_too_short", POSTED + "1,46093.4271,\n", EXCEL, POSTED + "1,46093.427083333,\n"),
    read("of_several_formats", POSTED + "1,03/04/2026 10:15,\n", "tz = 'UTC'\n"
         "datetime_format = ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']", POSTED
         + "1,13/04/2026 10:15,\n"),
    altered("type_unknown", EVENT.replace("created", "x"), "", "[values.type]\nx = '`created`'\n",
         kind="events"),
    altered("value_unknown", EVENT.replace("at\n", "at,author_role\n").replace("+03:00", "Z,x"), "",
         "[values.author_role]\nx = '`official`'\n", kind="events"),
    read("long_text", EVENT.replace("A-1", "x" * 3000), "", EVENT, kind="events"),
    read("nul_character", LINE.replace("A-1", "A\\u0000"), "format = 'jsonl'", LINE, kind="events"),
    read("json_key_twice", LINE.replace("{", '{"appeal_id": "A-2", '), "format = 'jsonl'", LINE,
         kind="events"),
    read("delimiter_in_field", POSTED + "1,2,2025-03-12T10:15Z,\n", "", POSTED
         + '"1,2",2025-03-12T10:15Z,\n'),
    read("quote_over_rows", NOTED + '1,2025-03-12T10:15Z,,"x\n2,2025-03-12T10:15Z,,\n'
         '3,2025-03-12T10:15Z,,x"\n', "", POSTED + ROW),
    read("column_twice", POSTED.replace("\n", ",posted_at\n") + "1,2025-03-12T10:15Z,,\n", "",
         POSTED + ROW),
    altered("no_column", POSTED + ROW, "[columns]\nposted_at = 'x'\n",
         "[columns]\nposted_at = '`posted_at`'\n"),
    altered("no_column", POSTED + ROW, "[columns]\nanswered_at = 'y'\n",
         '[columns]\n`answered_at = ""`\n'),
    read("csv_empty", "", "", POSTED + ROW),
    read("csv_header", '"' + POSTED + ROW, "", POSTED + ROW),
    altered("csv_delimiter", (POSTED + ROW).replace(",", ";"), "", "delimiter = {other}"),
    read("json_empty", "", "format = 'jsonl'", LINE, kind="events"),
    read("json_array", f"[{LINE.strip()}]\n", "format = 'jsonl'", LINE, kind="events"),
    read("json_no_document", "", "format = 'json'", f"[{LINE}]", kind="events"),
    altered("json_no_path", f'{{"rows": [{LINE}]}}', "format = 'json'",
         "format = 'json'\n`path = ``{path}\n", kind="events"),
    read("json_fault_after", f"[{LINE},{LINE}, x", "format = 'json'", f"[{LINE}]", kind="events"),
    altered("answers_unread", "id,created_at,answered_at,closed_at\n1,2025-03-12T10:15Z,,"
         "2025-03-12T10:15Z\n", "[columns]\nposted_at = 'created_at'\nappeal_id = 'id'",
         *(f"[columns]\nposted_at = 'created_at'\nappeal_id = 'id'\n{answer}\n"
         for answer in ("`answered_at = ``{first}", '`answered_at = ""`'))),
    altered("answers_before", POSTED + ROW.replace("Z,", "Z,2025-03-11T10:15Z")
         + "2,2025-03-12T10:15Z,2025-03-11T10:15Z\n", "",
         "[columns]\nposted_at = 'answered_at'\nanswered_at = 'posted_at'"),
    altered("name_both_columns", POSTED + ROW, "[columns]\nanswered_at = 'posted_at'\n",
         '[columns]\n`answered_at = ""`\n'),
    read("repeated_ids", POSTED + ROW + ROW.replace(",\n", ",2025-03-12T10:25Z\n")
         + ROW.replace("10:", "11:"), "", POSTED + ROW),
    altered("statuses_unmapped", STATUSES, STATUS, f"{STATUS}[values.status]\n"
         '"Новое" = "`open`"\n[ignore]\nstatus = ["Отвечено"]\n', kind="statuses"),
    read("statuses_unordered", STATUSES.replace("13.03.2026 9:00", "12.03.2026 10:15"), STATUS
         + '[values.status]\n"Новое" = "open"\n"Отвечено" = "answered"\n', STATUSES,
         kind="statuses"),
    altered("set_encoding", GOOD.encode("cp1251"), f"tz = 'UTC'\n{MAPPED}",
         f"`encoding = \"cp1251\"`\ntz = 'UTC'\n{MAPPED}"),
    read("shell.too_few_read", NOTED + "1,x,,\n", "", NOTED + "1,2025-03-12T10:15Z,,\n"),
    Case("shell.too_few_read", CONFIGURED, (f"{CONFIGURED} `--min-read 0`",), {"f.csv": POSTED
         + "1,x,\n", "c.toml": "input.kind = 'appeals'"}),
    altered("shell.fix_time", POSTED + "1,12-03-2026 10-15,\n", "tz = 'UTC'",
         "tz = 'UTC'\n`datetime_format` = '%d-%m-%Y %H-%M'\n"),
    altered("shell.fix_value", POSTED + ",2025-03-12T10:15Z,\n", "",
         "`[columns]`\nappeal_id = 'posted_at'\n"),
    read("shell.fix_row", "x\n", "format = 'jsonl'", LINE, kind="events"),
    read("shell.fix_other", POSTED + "1,2025-03-12T10:15Z,2025-03-11T10:15Z\n", "", POSTED + ROW),
    altered("of_binary_format", SHEET, f"format = 'csv'\ntz = 'UTC'\n{MAPPED}",
         f"`format = \"xlsx\"`\ntz = 'UTC'\n{MAPPED}"),
    read("not_a_workbook", GOOD, XLSX, SHEET),
    read("workbook_damaged", SHEET[:-99], XLSX, SHEET),
    read("not_a_sheet", zipped("a.txt"), XLSX, SHEET),
    altered("two_sheets", BOOK, XLSX, *(f"`sheet` = '{name}'\n{XLSX}" for name in ("`Лист1`",
         "`Лист2`"))),
    altered("no_sheet", BOOK, f"sheet = 'x'\n{XLSX}", f"`sheet` = '`Лист1`'\n{XLSX}"),
    read("sheets_empty", xlsx(lambda *_: None), XLSX, SHEET),
    Case("table_damaged", CONFIGURED, ({"c.toml": "input.kind = 'appeals'", "f.csv": POSTED + ROW},
         CONFIGURED), {"f.csv": "PAR1" + "x" * 99 + "PAR1",
         "c.toml": "[input]\nkind = 'appeals'\nformat = 'parquet'"}),
    read("packed_truncated", gzip.compress(GOOD.encode())[:-9], f"tz = 'UTC'\n{MAPPED}",
         gzip.compress(GOOD.encode())),
    read("packed_damaged", gzip.compress(GOOD.encode())[:12] + b"x" * 99, f"tz = 'UTC'\n{MAPPED}",
         gzip.compress(GOOD.encode())),
    *(read(key, wrong, "format = 'open311'", REQUESTS, kind="events") for key, wrong in (
        ("xml_broken", REQUESTS[:300]),
        ("xml_doctype", "<!DOCTYPE x [<!ENTITY a 'b'>]>\n" + REQUESTS.partition("?>")[2]),
        ("xml_deep", "<service_requests>" + "<a>" * 999))),
    read("no_records", '{"x": 1}', "format = 'open311'\ntz = 'UTC'\n", OPEN311),
    Case("kind_appeals", CONFIGURED, ({"c.toml": DESK + '`kind = "appeals"`'}, CONFIGURED),
         {"f.csv": (SAMPLES / "jira_request_sla.json").read_text("utf-8"), "c.toml": DESK}),
    read("cloudevents_version", CLOUD.replace('"1.0"', '"0.3"'), "format = 'cloudevents'", CLOUD,
         kind="events"),
    read("cloudevents_time", CLOUD.replace('"time"', '"tims"'), "format = 'cloudevents'", CLOUD,
         kind="events"),
    answered("detect_closing", OPEN311, closed='"replied"'),
    Case("detect_export_zone", "check f.csv --calendar RU", ("check f.csv --calendar RU --tz UTC",),
         {"f.csv": (SAMPLES / "servicenow_task_sla.csv").read_text("utf-8")}),
    corrected("detect_no_events", (SAMPLES / "vk_callback_confirmation.json").read_text("utf-8"),
         (SAMPLES / "vk_callback_journal.jsonl").read_text("utf-8")),
    *(read(key, f"{POSTED}1,{text},\n", "tz = 'UTC'", POSTED + "1,`2025-10-31T17:30`,\n",
         POSTED + "1,`31.10.2025 17:30`,\n") for key, text in (("time_no_clock", "12.03.2026"),
         ("time_no_date", "10:15"), ("time_span", "12.03.2026 10:15-12:00"))),
    answered("detect_officials", COMMENTS, officials='["8"]'),
    altered("official_malformed", COMMENTS, "format = 'vk'\nofficials = ['x']\n",
         "format = 'vk'\nofficials = ['`-123456`']\n", kind="events"),
    altered("metric_unknown", ZENDESK, "format = 'zendesk'\nmetric = 'x'\n",
         "format = 'zendesk'\nmetric = 'reply_time'\n", kind="events"),
)  # fmt: skip
