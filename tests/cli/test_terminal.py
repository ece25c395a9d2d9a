"""What commands print on a terminal: whole words in its width, and the stages of a long run."""

from __future__ import annotations

import sys

import click
import pytest

from kit.paths import EXAMPLES
from kit.values import run
from workhours_sla.cli import input as input_of_commands
from workhours_sla.text import catalog
from workhours_sla.text.catalog import LANGUAGES, SENTENCES

FILE = (str(EXAMPLES / "data/appeals.csv"), "--config", str(EXAMPLES / "check_rows.toml"))
COMMANDS = {
    "due": ("due", "31.10.2025 17:30", "--calendar", "RU-VGG"),
    "explain": ("explain", "24.04.2026 10:00", "--budget", "8 days", "--roll", "following"),
    "days": ("days", "30.10.2025", "05.11.2025", "--calendar", "RU-VGG", "--explain"),
    "calendar": ("calendar", "RU-VGG", "2025"),
    "calendars": ("calendars", "RU"),
    "check": ("check", *FILE, "--as-of", "27.03.2026 15:30", "--all"),
    "forecast": ("forecast", *FILE, "--as-of", "27.03.2026 12:00"),
    "error": ("due", "yesterday"),
    "help": ("--help",),
}


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_line_fits_the_terminal_and_no_word_is_broken(
    name: str,
    lang: str,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = (*COMMANDS[name], "--lang", lang)
    monkeypatch.setenv("COLUMNS", str(columns))
    status, out, err = run(capsys, *command)
    on_terminal(monkeypatch)
    again, *texts = run(capsys, *command)
    shown = [click.unstyle(text) for text in texts]
    assert again == status
    assert [text.split() for text in shown] == [out.split(), err.split()]
    assert max(map(len, "".join(shown).splitlines())) <= columns


@pytest.mark.parametrize(
    ("lang", "stages"),
    [("en", ("reading", "judging", "report")), ("ru", ("чтение", "проверка сроков", "отчёт"))],
)
def test_a_long_run_names_its_stages_on_a_terminal(
    lang: str,
    stages: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ("report", *FILE, "--as-of", "27.03.2026 15:30", "--lang", lang)
    monkeypatch.setenv("COLUMNS", "80")
    _, wide, _ = run(capsys, *command)
    on_terminal(monkeypatch)
    status, out, err = run(capsys, *command)
    assert (status, err) == (0, "")  # it is not long
    assert max(map(len, wide.splitlines())) > 150
    assert max(map(len, click.unstyle(out).splitlines())) <= 80
    with catalog.language(lang):
        assert SENTENCES["left_out"].partition("{")[0] in out
    monkeypatch.setattr(input_of_commands, "LARGE", 0)
    status, again, err = run(capsys, *command)
    assert (status, again) == (0, out)
    places = [err.find(stage) for stage in stages]
    assert places == sorted(places)
    assert places[0] >= 0


def test_no_color_takes_all_colours_from_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_terminal(monkeypatch)
    monkeypatch.delenv("NO_COLOR")
    _, coloured, _ = run(capsys, *COMMANDS["check"])
    monkeypatch.setenv("NO_COLOR", "1")
    _, plain, _ = run(capsys, *COMMANDS["check"])
    assert coloured != plain
    assert click.unstyle(coloured) == plain
