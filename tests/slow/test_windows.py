"""The shell on Windows: consoles in cp866 and cp1251, CRLF, paths, and nothing that only POSIX has.

The tests run on every system. ``as_windows`` removes from the interpreter what Windows lacks.
"""

import gc
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.paths import ROOT
from workhours_sla.cli import main as command
from workhours_sla.cli.main import PLAIN_SIGNS
from workhours_sla.text import catalog
from workhours_sla.text.catalog import UNKNOWN_DATES

CONSOLES = ("cp866", "cp1251")
RUN = "from workhours_sla.cli.main import run; run()"

EVENT = {"event_id": "1", "appeal_id": "А-1", "type": "created"}
EVENT |= {"occurred_at": "2026-03-16T10:00:00+03:00", "agency_id": "Комитет «Дороги» — ЖКХ"}
REPLY = {**EVENT, "event_id": "2", "type": "replied", "author_role": "official"}
REPLY |= {"occurred_at": "2026-03-17T12:20:00+03:00"}
SHEET = """\
Номер;Дата публикации;Дата ответа;Ведомство
А-1;16.03.2026 10:00;16.03.2026 12:00;Министерство природных ресурсов
А-2;16.03.2026 10:30;;Комитет «Дороги»
"""
CONFIG = """\
[input]
kind = "appeals"
encoding = "cp1251"
delimiter = ";"
datetime_format = "%d.%m.%Y %H:%M"
tz = "Europe/Volgograd"

[columns]
appeal_id = "Номер"
posted_at = "Дата публикации"
answered_at = "Дата ответа"
agency_id = "Ведомство"

[schedule]
calendar = "RU-VGG"
"""
ACTS = """\
[[days_off]]
date = 2026-09-01
act = "приказ"
[acts."приказ"]
title = "Приказ № 7"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder whose path has blanks and Cyrillic, with files as Windows writes them."""
    made = tmp_path / "Мои документы (копия)"
    made.mkdir()
    crlf = {"newline": "\r\n"}
    made.joinpath("обращения за март.csv").write_text(SHEET, "cp1251", **crlf)
    made.joinpath("настройки области.toml").write_text(CONFIG, "utf-8-sig", **crlf)
    events = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in (EVENT, REPLY))
    made.joinpath("поток событий.jsonl").write_text(events, "utf-8", **crlf)
    made.joinpath("акты.toml").write_text(ACTS, "utf-8", **crlf)
    return made


def run(
    folder: Path, *arguments: str, program: tuple[str, ...] = ("-c", RUN), given: bytes = b""
) -> tuple[int, str, str]:
    environment = {name: os.environ[name] for name in os.environ.keys() - {"LC_ALL", "LANG"}}
    environment |= {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, *program, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, check=False
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


FILE = ("обращения за март.csv", "--config", "настройки области.toml")
NOW = ("--as-of", "18.03.2026 12:00")
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "help": (("--help",), 0),
    "due": (("due", "31.10.2025 17:30", "--calendar", "RU-VGG", "--now", "01.11.2025 11:00"), 0),
    "explain": (("explain", "02.04.2026 10:00", "--budget=30 days", "--roll=preceding"), 0),
    "days": (("days", "01.01.2026", "31.12.2026", "--explain"), 0),
    "calendar": (("calendar", "RU-KC", "2026"), 0),
    "check": (("check", *FILE, *NOW, "--explain", "--all"), 1),
    "forecast": (("forecast", *FILE, "--as-of", "16.03.2026 11:00"), 0),
    "report": (("report", *FILE, *NOW), 0),
    "watch": (("watch", "поток событий.jsonl", "--store", "склад.db", "--once"), 0),
    "refused": (("due", "31.10.2025 25:00"), 2),
    "unknown": (("due", "31.10.2045 10:00"), 3),
}


def on_console(
    monkeypatch: pytest.MonkeyPatch, console: str, arguments: tuple[str, ...]
) -> tuple[int, str, str]:
    """Run a command with streams in an encoding; return its status and what the streams got."""
    streams = []
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=console)
        monkeypatch.setattr(sys, name, stream)
        streams.append(stream)
    monkeypatch.setattr(sys, "argv", ["workhours", *arguments])
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        command.run()
    for stream in streams:
        stream.flush()
    texts = [stream.buffer.getvalue().decode(console) for stream in streams]  # type: ignore[attr-defined]
    assert isinstance(ended.value.code, int)
    return ended.value.code, texts[0], texts[1]


@pytest.mark.parametrize("console", CONSOLES)
@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_console_shows_every_sign(
    name: str, lang: str, console: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "report":
        pytest.importorskip("numpy")
    monkeypatch.chdir(folder)
    arguments, status = COMMANDS[name]
    found = []
    for encoding in ("utf-8", console):
        folder.joinpath("склад.db").unlink(missing_ok=True)
        found.append(on_console(monkeypatch, encoding, (*arguments, "--lang", lang)))
    (of_utf8, *texts), (of_console, *shown) = found
    assert (of_utf8, of_console) == (status, status), texts
    assert texts[status > 1].strip()
    for whole, seen in zip(texts, shown, strict=True):
        lacking = {sign for sign in whole if not sign.encode(console, "ignore")}
        assert lacking <= PLAIN_SIGNS.keys()
        assert seen == whole.translate({ord(sign): PLAIN_SIGNS[sign] for sign in lacking})


@pytest.mark.parametrize("console", CONSOLES)
def test_every_text_can_be_shown(console: str) -> None:
    tables = (
        *(catalog.SHELL, catalog.SENTENCES, catalog.ERRORS, UNKNOWN_DATES),
        *(catalog.COMMANDS, catalog.SHORT, catalog.OPTIONS, catalog.USAGE),
    )
    signs: set[str] = set()
    for lang in catalog.LANGUAGES:
        with catalog.language(lang):
            signs.update(sign for table in tables for text in table.values() for sign in text)
    assert {one for one in signs - PLAIN_SIGNS.keys() if not one.encode(console, "ignore")} == set()


def test_lines_that_end_in_crlf_and_paths_with_blanks(folder: Path) -> None:
    pytest.importorskip("numpy")
    config = FILE[1:]
    status, out, error = run(folder, "check", *FILE, *NOW, "--calendar-file", "акты.toml", "--json")
    found = json.loads(out)
    assert (status, error) == (1, "")
    verdicts = {one["appeal_id"]: one["verdict"] for one in found["outcomes"]}
    assert verdicts == {"А-1": "met", "А-2": "breached"}
    none = dict.fromkeys(("ignored", "inverted", "quarantined"), 0)
    assert found["rows"] == {"read": 2, "mapped": 2, **none}
    content = folder.joinpath(FILE[0]).read_bytes()
    _, out, _ = run(folder, "check", "-", *config, *NOW, "--json", given=content)
    assert json.loads(out)["rows"] == found["rows"]
    written = ("--html", "страница отчёта.html", "--csv", "таблицы отчёта", "--json")
    assert run(folder, "report", *FILE, *NOW, *written)[0] == 0
    assert "Дороги" in folder.joinpath("страница отчёта.html").read_text("utf-8")
    assert folder.joinpath("таблицы отчёта", "agency.csv").exists()
    status, _, error = run(folder, "check", "нет такого файла.csv", "--lang", "ru")
    assert (status, "'нет такого файла.csv'" in error) == (2, True)


def test_a_stream_with_crlf_is_followed(folder: Path) -> None:
    watch = ("watch", "поток событий.jsonl", "--store", "склад данных.db", "--once")
    sink = ("--sink", "все изменения.jsonl", "--clock", "events", "--json")
    status, out, error = run(folder, *watch, *sink)
    assert status == 0, error
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert kinds == ["opened", "at_risk", "breached"]
    assert b"\r" not in folder.joinpath("все изменения.jsonl").read_bytes()
    assert run(folder, "store", "check", "склад данных.db")[0] == 0


AS_WINDOWS = (str(ROOT / "tests/kit/as_windows.py"),)


IMPORT_ALL = """
import importlib, pkgutil, workhours_sla
names = [one.name for one in pkgutil.walk_packages(workhours_sla.__path__, "workhours_sla.")]
for name in names:
    if not name.endswith("__main__"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            known = ("numpy", "pandas", "polars", "pyarrow", "pyspark")
            assert str(error.name).partition(".")[0] in known, (name, error)
print(len(names))
"""
STEPS = (
    (("due", "31.10.2025 17:30"), 0),
    (("calendar", "DE", "2025"), 0),
    (("days", "01.01.2026", "31.01.2026"), 0),
    (("check", *FILE, *NOW), 1),
    (("forecast", *FILE, *NOW), 0),
    (("report", *FILE, *NOW, "--html", "страница.html", "--csv", "таблицы"), 0),
    (("watch", "поток событий.jsonl", "--store", "a.db", "--sink", "a.jsonl", "--once"), 0),
    (("watch", "поток событий.jsonl", "--store", "a.db", "--sink", "a.jsonl", "--once"), 0),
    (("check", "--store", "a.db", *NOW), 1),
    (("outbox", "dead", "--store", "a.db"), 0),
    (("outbox", "rewrite", "a.jsonl", "--store", "a.db"), 0),
    (("store", "check", "a.db"), 0),
    (("due",), 2),
)


RUN_ALL = """
from pathlib import Path
from workhours_sla.cli.main import main
from workhours_sla.errors import StoreError
from workhours_sla.stores.open import open_store
for arguments, status in {steps!r}:
    assert main(arguments) == status, arguments
with open_store(Path("a.db")):
    try:
        open_store(Path("a.db"))
    except StoreError:
        print("locked")
"""


def test_every_module_and_command_runs_without_posix(folder: Path) -> None:
    pytest.importorskip("numpy")
    program = folder / "run all.py"
    program.write_text(IMPORT_ALL, "utf-8")
    status, out, error = run(folder, str(program), program=AS_WINDOWS)
    assert status == 0, error
    assert int(out) > 200
    program.write_text(RUN_ALL.format(steps=STEPS), "utf-8")
    status, out, error = run(folder, str(program), program=AS_WINDOWS)
    assert status == 0, error
    assert out.splitlines()[-1] == "locked"
    # Windows in Russian has no variable of the environment that says so
    assert "Ответить до   сб 01.11.2025 12:30" in out
    assert "не указан аргумент 'НАЧАЛО'" in error
