"""``--min-read``: a run that could read too few of its rows fails and names the main cause."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from kit.values import run
from workhours_sla.cli.input import read_percent
from workhours_sla.stores.open import open_reader
from workhours_sla.text import catalog

HEADER = "appeal_id,posted_at,answered_at\n"
READABLE = "A-{0},2026-03-12T10:15+03:00,\n"
UNREADABLE = "A-{0},yesterday,\n"
EMPTY = ",2026-03-12T10:15+03:00,\n"
AS_OF = "--as-of=2026-03-12T12:00+03:00"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    (tmp_path / "rows.toml").write_text('[input]\nkind = "appeals"\n')
    return tmp_path / "rows.csv"


def asked(sheet: Path, command: str, *options: str) -> list[str]:
    config = str(sheet.with_suffix(".toml"))
    return [command, str(sheet), "--config", config, AS_OF, "--lang=en", *options]


def rows(readable: int, unreadable: int) -> str:
    lines = [READABLE.format(number) for number in range(readable)]
    return HEADER + "".join(lines) + "".join(UNREADABLE.format(n) for n in range(unreadable))


COMMANDS = ["check", "forecast", "report"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_a_file_that_cannot_be_read_is_an_error(
    command: str,
    as_json: tuple[str, ...],
    lang: str,
    sheet: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet.write_text(HEADER + EMPTY + "".join(UNREADABLE.format(number) for number in range(9)))
    status, out, err = run(capsys, *asked(sheet, command, "--lang", lang, *as_json))
    assert (status, out, err.count("\n")) == (2, "", 1)
    for part in {
        "en": (
            """line 3 '{"appeal_id": "A-0", """,
            "posted_at 'yesterday'",
            "set datetime_format",
            "9 of 10 rows",
        ),
        "ru": (
            """строка 3 '{"appeal_id": "A-0", """,
            "posted_at: 'yesterday'",
            "datetime_format",
            "9 из 10",
        ),
    }[lang]:
        assert part in err
    assert "--min-read 0" in err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("readable", "unreadable", "least", "fails"),
    [
        (1, 1, "50%", False),
        (1, 2, "50%", True),
        (1, 2, "50", True),
        (1, 2, "33%", False),
        (1, 2, "33.4 %", True),
        (1, 0, "100%", False),
        (999, 1, "100", True),
        (1, 999, "0", False),
        (1, 999, "0%", False),
        (1, 999, "0,1%", False),
    ],
)
def test_limits_of_min_read(
    command: str,
    readable: int,
    unreadable: int,
    least: str,
    fails: bool,
    sheet: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet.write_text(rows(readable, unreadable))
    status, _, err = run(capsys, *asked(sheet, command, "--min-read", least))
    assert (status, f"{unreadable} of {readable + unreadable} rows" in err) == (
        2 if fails else 0,
        fails,
    )


def test_a_duplicate_row_counts_as_readable(
    sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text(HEADER + READABLE.format(1) * 3 + UNREADABLE.format(2) * 2)
    status, out, _ = run(capsys, *asked(sheet, "check"))
    assert (status, "applied 1 + duplicate 2" in out) == (0, True)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("least", ["50%", "0"])
def test_a_file_without_rows_is_an_error(
    command: str, least: str, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.write_text(HEADER + "\n")
    for lang, message in (("en", "has no rows"), ("ru", "нет ни одной строки")):
        status, out, err = run(capsys, *asked(sheet, command, "--min-read", least, "--lang", lang))
        assert (status, out, err.count("\n"), message in err) == (2, "", 1, True)


@pytest.mark.parametrize("text", ["half", "", "-1", "101", "100.1%", "0.5", "1e1", "50%%", "٥٠"])
def test_invalid_percentages(text: str, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet.write_text(rows(1, 0))
    for lang, solution in (("en", "write it like 50% or 50"), ("ru", "напишите, например, 50%")):
        status, out, err = run(
            capsys, *asked(sheet, "check", f"--min-read={text}", f"--lang={lang}")
        )
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert repr(text) in err
        assert solution in err
    with pytest.raises(click.UsageError):
        read_percent(text)


# -- watch and the store ---------------------------------------------------------------------

OTHER = "".join(json.dumps({"id": number, "text": "x"}) + "\n" for number in range(1029))
EVENT = '{"appeal_id":"A-%d","type":"created","occurred_at":"2026-03-12T10:15:00+03:00"}\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(OTHER)
    return path


def watch(log: Path, *options: str) -> list[str]:
    store = str(log.with_name("appeals.db"))
    return ["watch", str(log), "--store", store, "--calendar=RU-VGG", "--lang=en", *options]


def rejected(log: Path) -> int:
    with open_reader(log.with_name("appeals.db")) as reader:
        return reader.holdings().rejected


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_a_stream_of_another_format_is_an_error_and_stays_in_quarantine(
    lang: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *watch(log, "--once", "--lang", lang))
    assert (status, out) == (2, "")
    *_, error = err.splitlines()
    for part in {
        "en": ("appeal_id is not there", "1029 of 1029 rows", "the rows stay in quarantine"),
        "ru": ("appeal_id: нет в строке", "1029 из 1029", "непринятые строки остаются в хранилище"),
    }[lang]:
        assert part in error
    assert '"x"' not in error
    assert rejected(log) == 1029
    # a second run finds no new rows
    assert run(capsys, *watch(log, "--once"))[0] == 0
    assert rejected(log) == 1029
    # the commands that read the store fail, too
    store = ["--store", str(log.with_name("appeals.db")), AS_OF, "--lang", lang]
    for command in COMMANDS:
        status, out, err = run(capsys, command, *store)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert ("of the store:" if lang == "en" else "хранилища:") in err
    assert run(capsys, "check", *store, "--min-read=0")[0] == 0


def test_each_run_of_watch_counts_only_its_own_rows(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *watch(log, "--once", "--min-read=0"))[0] == 0
    with log.open("a") as file:
        file.write(EVENT % 1 + "{}\n" + EVENT % 1)
    assert run(capsys, *watch(log, "--once"))[0] == 0
    with log.open("a") as file:
        file.write(EVENT % 2 + "{}\n[1]\n[2]\n")
    status, _, err = run(capsys, *watch(log, "--once", "--batch=1"))
    assert (status, "2 of 4 rows" in err, "not an object in braces" in err) == (2, True, True)
    assert rejected(log) == 1029 + 1 + 3
