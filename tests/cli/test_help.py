"""The help of the shell: every text in both languages, in 80 columns, chosen by ``--lang``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from workhours_sla.cli.main import MODULES, commands, main
from workhours_sla.text.catalog import LANGUAGES

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
LATIN = re.compile(
    r"postgresql://[A-Z@/.]+|PostgreSQL"
    r"|--?[a-z][\w-]*|\[[a-z_|]+\]|workhours|watch|check|init"  # options, choices, commands
    r"|\b(?:RU-VGG|RU|DE|none|now|CSV|JSON|Lines|TOML|IANA|Excel|N|Mo-Fr|SQL|HTTP|SIGTERM|default|null|raise)\b"
    r"|\b(?:4h|7 working days|30 days|1 month|9h clock|5m|1h|next_day|machine|hour)\b"
    r"|agency,district,channel,topic|previous|year"
)
"""What Russian help may have in Latin letters."""


def every_command() -> Iterator[tuple[str, click.Command]]:
    todo: list[tuple[str, click.Command]] = [("workhours", commands)]
    while todo:
        name, command = todo.pop()
        yield name, command
        if isinstance(command, click.Group):
            before = "" if name == "workhours" else f"{name} "
            for inner in command.list_commands(click.Context(command)):
                found = command.get_command(click.Context(command), inner)
                assert found is not None
                todo.append((f"{before}{inner}", found))


EVERY = dict(every_command())


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert err == ""
    return out


# -- what is printed ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_help_is_in_one_language_and_80_columns(
    name: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [] if name == "workhours" else name.split()
    text = printed(capsys, *words, "--help", "--lang", lang)
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith({"en": "Usage: workhours", "ru": "Вызов: workhours"}[lang])
    if lang == "en":
        assert not RUSSIAN.search(text)
        return
    shown = text.replace(f"workhours {name}", "")
    for command in MODULES:
        shown = re.sub(rf"^  {command} ", "", shown, flags=re.MULTILINE)
    for command in ("dead", "replay", "rewrite", "copy", "watermark"):
        shown = re.sub(rf"^  {command} ", "", shown, flags=re.MULTILINE)
    assert re.findall("[A-Za-z]{2,}", LATIN.sub("", " ".join(shown.split()))) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_of_commands_has_a_line_for_each(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "--help", "--lang", lang)
    listed = re.findall(r"^  ([a-z-]+) +(.*)$", text.rpartition("--help")[2], re.MULTILINE)
    assert [name for name, _ in listed] == list(MODULES)
    assert all(short.endswith(".") for _, short in listed)  # no text is cut
    for words in {"en": ("time", "appeals"), "ru": ("времени", "обращений")}[lang]:
        assert re.search(rf"^\S.* {words}:$", text, re.MULTILINE)  # the heading of a section
    monkeypatch.setenv("LANG", lang)  # the help is also that of a call without arguments
    assert printed(capsys, status=2) == text


def test_every_option_is_listed_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(printed(capsys, "watch", "--help", "--lang=ru").split())
    assert "--batch N Строк в одной транзакции. [1000; от 1 до 100000]" in text
    assert "[[store] в --config]" in text
    assert (
        "--retain ДНИ Удалять обращения, завершённые больше стольких дней назад, и отклонённые "
        "строки, прочитанные больше стольких дней назад. [никогда;"
    ) in text
    english = " ".join(printed(capsys, "check", "--help").split())
    assert "--warn AMOUNT At risk with this much left. [1h]" in english
    as_of = "Evaluate as of this time, or as of the end of a date or a month (2026-03). [now]"
    assert f"--as-of TIME {as_of}" in english
    assert "--strict Exit with 2 if anything was quarantined. --calendar" in english


# -- the language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lang", "ru", "due", "--help"),
        ("--lang=ru", "due", "-h"),
        ("due", "--lang", "ru", "--help"),
        ("due", "--help", "--lang=ru"),
        ("--lang", "en", "due", "--help", "--lang", "ru"),  # that of the command wins
    ],
)
def test_the_language_is_given_anywhere(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys, *arguments).startswith("Вызов: workhours due [ПАРАМЕТРЫ] НАЧАЛО")


def test_the_language_before_a_command_is_that_of_its_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["store", "--lang", "ru", "check", "x"]) == 2
    assert capsys.readouterr().err.startswith("Ошибка: нет хранилища")


def test_the_language_before_a_command_is_that_of_an_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "Ответить до" in printed(capsys, "--lang=ru", "due", "31.10.2025 17:30")
    assert "Due" in printed(capsys, "--lang=ru", "due", "31.10.2025 17:30", "--lang=en")
    assert "Due" in printed(capsys, "due", "31.10.2025 17:30")  # nothing is left of the last call
    assert "Ответить до" in printed(capsys, "--lang=ru", "explain", "31.10.2025 17:30")


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_MESSAGES", "LANG"])
def test_a_russian_locale_has_russian_help(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "ru_RU.UTF-8")
    assert printed(capsys, "due", "--help").startswith("Вызов:")
    assert printed(capsys, "due", "--help", "--lang=en").startswith("Usage:")
    assert printed(capsys, "--version").startswith("workhours, версия ")


def test_errors_of_usage_have_the_names_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "ru", "due"]) == 2
    assert "не указан аргумент 'НАЧАЛО'" in capsys.readouterr().err
    assert main(["due"]) == 2
    assert "Missing argument 'START'" in capsys.readouterr().err
    assert main(["check", "--lang", "ru"]) == 2
    assert "укажите ФАЙЛ или --store" in capsys.readouterr().err
    assert main(["--lang", "de", "due", "31.10.2025 17:30"]) == 2
    assert "'de' is not one of" in capsys.readouterr().err
