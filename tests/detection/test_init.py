"""``workhours init``, and ``check`` and ``report`` of files without a configuration."""

from __future__ import annotations

import gzip
import io
import shutil
from pathlib import Path

import pytest

from kit.made_sheets import SHAPES, table
from kit.paths import EXAMPLES, SAMPLES
from kit.values import Capture, run
from workhours_sla.config.file import load_config
from workhours_sla.text import catalog

EXPORT = EXAMPLES / "data/appeals.csv"
XES = SAMPLES / "log.xes"
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
    assert "appeal_id   <- Номер            A-000001, A-000002, A-000003" in err
    assert "posted_at   <- Дата публикации  2026-03-16 00:28" in err
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
    assert "<-" in err
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
    assert "has no configuration, so it is read as detected: kind appeals" in found[2]
    assert "answered_at <- Дата ответа" in found[2]


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


@pytest.mark.parametrize("suffix", ["", ".gz", ".gzip"])
def test_a_log_of_xes_is_read_as_it_is_also_packed(
    suffix: str, sheet: Path, capsys: Capture
) -> None:
    content = XES.read_bytes()
    path = sheet.rename(f"log.xes{suffix}")
    path.write_bytes(gzip.compress(content) if suffix else content)
    status, out, err = run(capsys, "check", path, VGG, AS_OF, "--lang=en")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"Error: {path}: no activity is mapped to a type of event")


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
