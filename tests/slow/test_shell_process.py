"""The shell as a process: its streams, their encodings, and the language of the environment."""

import json
import os
import subprocess
import sys

import pytest

from workhours_sla.text.catalog import LANGUAGES

RUN = [sys.executable, "-c", "from workhours_sla.cli.main import run; run()"]


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*RUN, *arguments], capture_output=True, check=False, env={**os.environ, **environment}
    )


def test_cyrillic_is_printed_to_an_ascii_terminal() -> None:
    done = process("due", "12.03.2025 10:15", "--lang=ru", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Ответить до   ср 12.03.2025 15:15" in done.stdout.decode("utf-8")


def test_a_closed_pipe_is_not_an_error() -> None:
    reader = subprocess.Popen(
        [*RUN, "calendar", "RU", "2026"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert reader.stdout is not None
    reader.stdout.close()
    assert reader.stderr is not None
    errors = reader.stderr.read()
    assert reader.wait() == 141
    assert errors == b""
    reader.stderr.close()


def test_the_environment_sets_the_language_and_a_pipe_gets_no_colour() -> None:
    done = process("calendar", "RU", "2025", LC_ALL="ru_RU.UTF-8")
    text = done.stdout.decode("utf-8")
    assert "Январь" in text
    assert "\x1b" not in text
    assert "1972:00" in text
    other = process("calendar", "RU", "2025", LC_ALL="C.UTF-8").stdout.decode("utf-8")
    assert "January" in other


def test_closed_and_full_streams() -> None:
    shell = " ".join([f"'{sys.executable}'", "-c", f"'{RUN[2]}'"])
    for command, status in (
        (f"{shell} check - <&-", 2),
        (f"{shell} due foo 2>/dev/full", 2),
        (f"{shell} due '12.03.2025 10:00' >&-", 0),
        (f"{shell} due '12.03.2025 10:00' >/dev/full", 2),
    ):
        done = subprocess.run(  # noqa: S602
            command, shell=True, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "Traceback" in done.stderr) == (status, False), command


def test_json_is_escaped_for_a_stream_without_cyrillic() -> None:
    done = process("calendar", "RU", "2026", "--json", PYTHONIOENCODING="cp1252")
    days = json.loads(done.stdout)["days"]
    assert days[0]["reason"]["ru"].startswith("Новогодние")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_of_the_process(lang: str) -> None:
    done = process("--lang", lang, "--help", PYTHONIOENCODING="cp866")
    assert done.stdout.decode("cp866").startswith({"en": "Usage", "ru": "Вызов"}[lang])
