"""``workhours init``, and ``check`` and ``report`` of files without a configuration."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pytest

from kit.made_sheets import SHAPES, table, workbook
from kit.paths import EXAMPLES
from kit.values import Capture, run
from workhours_sla.config.agency_names import several_spellings
from workhours_sla.config.file import load_config
from workhours_sla.text import catalog

EXPORT = EXAMPLES / "data/appeals.csv"
AS_OF = "--as-of=27.03.2026 15:30"
VGG = "--calendar=RU-VGG"
CANONICAL = "event_id,appeal_id,type,occurred_at\n1,A-1,created,2026-03-12T10:15+03:00\n"


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXPORT, "appeals.csv")
    return Path("appeals.csv")


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr("sys.stdin", stream)


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_two_commands_lead_from_an_export_to_its_breaches(
    lang: str, sheet: Path, capsys: Capture
) -> None:
    status, out, err = run(capsys, "init", sheet, VGG, "--out=region.toml", "--lang", lang)
    assert (status, out) == (0, "")
    appeal, posted = {
        "en": ("appeal   ", "published"),
        "ru": ("обращение   ", "опубликовано"),
    }[lang]
    assert f"{appeal} ← Номер            A-000001; A-000002; A-000003" in err
    assert f"{posted} ← Дата публикации  2026-03-16 00:28" in err
    assert ("Записан" if lang == "ru" else "is written") in err
    status, out, err = run(capsys, "check", sheet, "--config=region.toml", AS_OF, "--lang=en")
    assert (status, err) == (1, "")
    assert out.splitlines()[1].startswith("OVERDUE 45 (9 unanswered)")
    options = load_config(Path("region.toml")).input
    assert (options.encoding, options.delimiter, options.tz) == ("cp1251", ";", "Europe/Volgograd")


def test_init_prints_the_configuration_unless_a_file_is_given(
    sheet: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, from_file, err = run(capsys, "init", sheet, VGG, "--lang=en")
    assert from_file.startswith("# How to read appeals.csv")
    assert 'calendar = "RU-VGG"' in from_file
    assert "←" in err
    feed(monkeypatch, sheet.read_bytes())
    status, out, _ = run(capsys, "init", "-", VGG, "--lang=en")
    assert status == 0
    assert out.split("[input]")[1] == from_file.split("[input]")[1]
    status, out, err = run(capsys, "init", sheet, "--lang=ru")
    assert status == 0
    for text in (out, err):
        assert "ВОПРОС: у времени не указан часовой пояс" in text.replace("\n# ", " ")
    assert '# tz = "Europe/Moscow"' in out


SHEETS_WITH_QUESTIONS = [name for name, make in SHAPES.items() if make(1).asks]


SPELLED = """Номер;Поступило;Отвечено;Ведомство
1;12.03.2026 09:15;12.03.2026 10:24;администрация г.Волжский
2;12.03.2026 09:51;12.03.2026 14:49;Администрация г. Волжский
3;13.03.2026 14:20;13.03.2026 15:20;Администрация г. Волжский
4;13.03.2026 14:21;-;АДМ.  ГОРОДА ВОЛЖСКИЙ
5;13.03.2026 14:22;13.03.2026 15:22;Администрация г. Волжская
;;;
Итого;5;4;
"""


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_spellings_of_one_agency_are_lines_to_take_the_mark_off(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [line.split(";") for line in SPELLED.splitlines()]
    file, config = Path(f"rows.{form}"), Path("region.toml")
    file.write_bytes(SPELLED.encode() if form == "csv" else workbook(rows))
    _, _, err = run(capsys, "init", file, VGG, "--out=region.toml", "--lang=en")
    note = (
        "Note: 1 agency is written in several ways, such as 'Администрация г. Волжский' and "
        "'администрация г.Волжский', each counted as an agency of its own; "
    )
    assert note in err
    text = config.read_text("utf-8")
    commented = text[text.index("# [values.agency_id]") :].splitlines()
    assert commented[1:] == [
        '# "администрация г.Волжский" = "Администрация г. Волжский"',
        '# "АДМ.  ГОРОДА ВОЛЖСКИЙ" = "Администрация г. Волжский"',
    ]
    total = "Note: 1 row is a total (row 8) and is left out"

    def agencies(command: str, *options: str) -> tuple[str, set[str | None]]:
        _, out, err = run(
            capsys, command, file, "--config=region.toml", AS_OF, "--json", "--lang=en", *options
        )
        found = json.loads(out)
        if command == "check":
            return err, {one["agency_id"] for one in found["outcomes"]}
        table = next(one for one in found["report"]["tables"] if one["by"] == "agency")
        assert found["report"]["quality"]["intake"]["ignored"] == 0
        assert found["report"]["quality"]["intake"]["without_appeal"] == 2 - (form == "xlsx")
        return err, {row["key"] for row in table["rows"]}

    for command in ("check", "report"):
        config.write_text(text, "utf-8")
        err, names = agencies(command)
        assert "Note: 1 agency is written in several ways, such as 'администрация г.Волж" in err
        assert total in err
        assert len(names) == 4
        config.write_text(
            text.replace("\n".join(commented), "\n".join(one[2:] for one in commented)), "utf-8"
        )
        err, names = agencies(command)
        assert "several ways" not in err
        assert names == {"Администрация г. Волжский", "Администрация г. Волжская"}
    _, out, _ = run(capsys, "report", file, "--config=region.toml", AS_OF, "--lang=en")
    assert "configured" not in out
    assert "Rows without an appeal, such as totals, notes and blank rows: " in out


SAME = [
    ("Администрация г. Волжский", "администрация г.Волжский", "«Администрация города Волжский»"),
    ("Отдел ЖКХ", "Отдел жилищно-коммунального хозяйства"),
    ("Быковский р-н", "Быковский район"),
    ("МБУ «Берёзка»", 'Муниципальное бюджетное учреждение "Березка"'),
    ("Школа №5 им. Гагарина", "школа № 5 имени Гагарина"),
    ("Roads Dept.", "roads department"),
]
OTHER = [
    ("Администрация г. Волжский", "Администрация г. Волжская"),
    ("Администрация Волгограда", "Администрация Волгоград"),
    ("Администрация г. Волгограда", "Администрация Волгограда"),
    ("Участок 1.2", "Участок 12"),
    ("Участок 1.2", "Участок 1 2"),
    ("St Mary", "Street Mary"),
    ("-", "—"),
]


def test_only_case_blanks_dots_and_short_forms_make_spellings() -> None:
    for names in SAME:
        assert several_spellings(names) == [list(names)]
    for names in OTHER:
        assert several_spellings(names) == []


def test_init_never_overwrites_a_file(sheet: Path, capsys: Capture) -> None:
    for path in ("region.toml", "appeals.csv"):
        Path(path).touch()
        before = Path(path).read_bytes()
        status, out, err = run(capsys, "init", sheet, "--out", path, "--lang=en")
        assert (status, out, err.count("\n"), f"'{path}' exists" in err) == (2, "", 1, True)
        assert Path(path).read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf", bytes(range(256)) * 9, b"one two\n", b"a;b\n1;2\n"]
)
def test_what_cannot_be_detected_is_one_sentence(
    content: bytes, sheet: Path, capsys: Capture
) -> None:
    sheet.write_bytes(content)
    for command in ("init", "check", "report"):
        status, out, err = run(capsys, command, sheet, "--lang=en")
        assert (status, out, err.count("\n")) == (2, "", 1), err
        assert err.startswith("Error: ")


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_rows_shorter_than_the_header_are_named(lang: str, sheet: Path, capsys: Capture) -> None:
    sheet.write_text("id,created_at,category,answered_at\n1,2026-03-12 10:15,0\n2,now,1\n")
    status, out, err = run(capsys, "init", sheet, "--lang", lang)
    assert (status, out, err.count("\n")) == (2, "", 1)
    for part in ("(3)", "1 (4)"):
        assert part in err, err


@pytest.mark.parametrize(
    ("options", "asked", "written"),
    [
        (["--tz=Asia/Almaty"], ["calendar"], 'tz = "Asia/Almaty"'),
        (["--tz=UTC"], ["calendar", "tz"], '# calendar = "none"'),
        (["--tz=UTC", "--calendar=RU-VGG"], ["tz"], 'calendar = "RU-VGG"'),
        (["--tz=Asia/Almaty", "--calendar=KZ"], [], 'calendar = "KZ"\ntz = "Asia/Almaty"'),
        (["--tz=Europe/Samara"], [], 'tz = "Europe/Samara"\n# calendar = "RU"'),
        (["--calendar=RU-SAM"], [], 'calendar = "RU-SAM"\n# hours'),
    ],
)
def test_no_file_is_judged_by_the_calendar_or_the_hours_of_another_zone(
    options: list[str], asked: list[str], written: str, sheet: Path, capsys: Capture
) -> None:
    _, out, err = run(capsys, "init", sheet, *options, "--out=region.toml", "--lang=en")
    schedule = Path("region.toml").read_text(encoding="utf-8").partition("[schedule]")[2]
    assert re.findall(r'(?m)^(\w+) = "\?"', schedule) == asked
    assert written in schedule
    assert err.count("QUESTION: ") == len(asked)
    status, out, err = run(capsys, "check", sheet, "--config=region.toml", AS_OF, "--lang=en")
    assert (status == 2) == bool(asked)
    if asked:
        assert f"schedule.{asked[0]} in region.toml is an open question: " in err
    else:
        zone = {"--tz": options[0][5:], "--calendar": "Europe/Samara"}[options[0].split("=")[0]]
        assert zone in out.splitlines()[0]


def test_an_update_keeps_every_answer_and_adds_what_is_missing(
    sheet: Path, capsys: Capture
) -> None:
    kept = """# checked by the data office
[input]
kind = "appeals"
format = "csv"
encoding = "cp1251"
delimiter = ";"
tz = "Europe/Volgograd"  # from the system's own settings

[columns]
appeal_id = "Номер"  # as on the form
posted_at = "Дата публикации"
answered_at = ""

[target]
budget = "7 working days"
"""
    Path("region.toml").write_text(kept, "utf-8")
    status, out, err = run(capsys, "init", sheet, "--update=region.toml", "--lang=en")
    assert (status, out) == (0, "")
    assert err.endswith(
        "added: columns.agency_id, columns.district_id, columns.channel, columns.topic\n"
    )
    found = Path("region.toml").read_text("utf-8").splitlines()
    assert [line for line in found if line in kept.splitlines()] == kept.splitlines()
    assert 'topic = "Тема"' in found
    config = load_config(Path("region.toml"))
    assert (config.input.tz, config.columns["answered_at"]) == ("Europe/Volgograd", "")
    again = run(capsys, "init", sheet, "--update=region.toml", "--lang=en")
    assert again[2].endswith("region.toml needs nothing more\n")
    assert Path("region.toml").read_text("utf-8").splitlines() == found


def test_an_update_needs_a_configuration(sheet: Path, capsys: Capture) -> None:
    status, _, err = run(capsys, "init", sheet, "--update=region.toml", "--lang=en")
    assert status == 2
    assert "'region.toml' does not exist; write it first, with --out" in err


@pytest.mark.parametrize("command", ["check", "report"])
@pytest.mark.parametrize("stdin", [False, True])
def test_a_file_with_one_reading_is_read_as_with_its_configuration(
    command: str, stdin: bool, sheet: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "init", sheet, VGG, "--out=region.toml")
    expected = run(capsys, command, sheet, "--config=region.toml", AS_OF, "--lang=en")
    if stdin:
        feed(monkeypatch, sheet.read_bytes())
    found = run(capsys, command, "-" if stdin else sheet, VGG, AS_OF, "--lang=en")
    assert found[:2] == expected[:2]
    assert "has no configuration, so it is read as detected: each row is an appeal" in found[2]
    assert "answered  ← Дата ответа" in found[2]


@pytest.mark.parametrize("command", ["check", "report"])
@pytest.mark.parametrize("name", [*SHEETS_WITH_QUESTIONS, "a row that does not fit"])
def test_a_file_with_a_question_is_not_read(
    command: str, name: str, sheet: Path, capsys: Capture
) -> None:
    asks = name in SHEETS_WITH_QUESTIONS
    broken = sheet.read_bytes() + b"A-000001;27.03.2026 10:00\r\n"
    sheet.write_bytes(SHAPES[name](1).content if asks else broken)
    status, out, err = run(capsys, command, sheet, VGG, AS_OF, "--lang=en", "--min-read=0")
    assert (status, out) == (2, "")
    assert "workhours init appeals.csv" in err.splitlines()[-1]
    assert asks or "line 286 does not fit" in err.splitlines()[-1]


@pytest.mark.parametrize("stdin", [False, True])
def test_a_file_with_canonical_columns_is_read_as_it_is(
    stdin: bool, sheet: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows may be broken, since nothing is detected."""
    content = CANONICAL + "2,A-2,created,yesterday\n"
    sheet.write_text(content)
    feed(monkeypatch, content.encode())
    status, out, err = run(capsys, "check", "-" if stdin else sheet, VGG, AS_OF, "--lang=en")
    assert (status, err) == (1, "")
    assert "Rows: read 2 = taken 1 + quarantined 1" in out
    lines = '{"appeal_id": "A-1", "type": "created", "occurred_at": "2026-03-12T10:15Z"}\n'
    path = sheet.rename("events.jsonl")
    path.write_text(lines * 2 + "{}\n")
    feed(monkeypatch, (lines * 2 + "{}\n").encode())
    status, out, err = run(capsys, "check", "-" if stdin else path, VGG, AS_OF, "--lang=en")
    assert (status, err) == (1, "")


def test_forecast_and_a_configuration_detect_nothing(sheet: Path, capsys: Capture) -> None:
    Path("empty.toml").touch()
    for command in (["forecast"], ["check", "--config=empty.toml"]):
        status, out, err = run(capsys, *command, sheet, "--lang=en")
        assert (status, out) == (2, "")
        assert "cp1251" in err


@pytest.mark.parametrize(("broken", "fails"), [(49, False), (51, True), (100, True)])
@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_the_message_about_broken_rows_names_the_cause_the_first_row_and_the_fix(
    broken: int, fails: bool, lang: str, sheet: Path, capsys: Capture
) -> None:
    rows = [["A", "16.03.2026 10:00", ""]] * (100 - broken) + [
        ["B", "16/03/2026 10:00", ""]
    ] * broken
    sheet.write_bytes(table([["Номер", "Поступило", "Отвечено"], *rows]))
    Path("region.toml").write_text(
        '[input]\nkind = "appeals"\nencoding = "cp1251"\ndelimiter = ";"\ntz = "Europe/Volgograd"\n'
        '[columns]\nappeal_id = "Номер"\nposted_at = "Поступило"\nanswered_at = "Отвечено"\n',
        encoding="utf-8",
    )
    status, out, err = run(capsys, "check", sheet, "--config=region.toml", AS_OF, "--lang", lang)
    assert (status, bool(out)) == ((2, False) if fails else (1, True))
    if fails:
        assert err.count("\n") == 1
        for part in (
            '"B", "Поступило": "16/03/2026 10:00"',
            "posted_at",
            "datetime_format",
            f"{102 - broken} ",
        ):
            assert part in err, err
