"""systemd accepts the unit and its command serves; the compose file names what exists."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.request import urlopen

import click
import pytest

from kit.paths import EXAMPLES
from tests.slow.engines.programs import program, run
from workhours_sla.cli.main import commands

pytestmark = pytest.mark.engines

SYSTEMD, COMPOSE = EXAMPLES / "systemd", EXAMPLES / "compose"
UNITS = sorted(SYSTEMD.glob("*.service"))
DROP_IN = SYSTEMD / "workhours.service.d/postgresql.conf"
WORST = 1.5
"""The highest exposure level that is allowed, of 10; below 2 systemd says OK."""


@pytest.fixture(scope="module")
def analyze() -> str:
    return program("systemd-analyze", "systemd")


def installed(unit: Path, folder: Path) -> Path:
    """Copy a unit and its drop-in file, with a program of this machine in place of ours."""
    found = folder / unit.name
    for file, to in ((unit, found), (DROP_IN, folder / f"{unit.name}.d" / DROP_IN.name)):
        text = file.read_text("utf-8")
        assert "=/opt/workhours/bin/workhours " in text
        to.parent.mkdir(exist_ok=True)
        to.write_text(text.replace("/opt/workhours/bin/workhours ", "/bin/sh "), encoding="utf-8")
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_accepts_a_unit(analyze: str, unit: Path, tmp_path: Path) -> None:
    assert run(analyze, "verify", installed(unit, tmp_path)) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened(analyze: str, unit: Path, tmp_path: Path) -> None:
    _, printed = run(analyze, "security", "--offline=true", installed(unit, tmp_path))
    level = re.search(r"exposure level for \S+: ([0-9.]+)", printed)
    assert level, printed
    assert float(level[1]) <= WORST


def options_of_serve() -> set[str]:
    command = commands.get_command(click.Context(commands), "serve")
    assert command is not None
    return {name for one in command.params for name in one.opts}


def command_of(unit: Path) -> list[str]:
    line = re.search(r"^ExecStart=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
    assert line
    return line[1].split()[1:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_of_a_unit_serves_and_stops(unit: Path, tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra service is not installed")
    tokens = tmp_path / "tokens"
    tokens.write_text(f"read={'r' * 64}\nwrite={'w' * 64}\n", encoding="utf-8")
    region = tmp_path / "region.toml"
    region.write_text(
        f'[schedule]\ncalendar = "RU-VGG"\n[service]\ntokens_file = "{tokens.as_posix()}"\n',
        encoding="utf-8",
    )
    words = [
        word.replace("/etc/workhours/region.toml", str(region)).replace(
            "${STATE_DIRECTORY}", str(tmp_path)
        )
        for word in command_of(unit)
    ]
    assert words[0] == "serve"
    with subprocess.Popen(
        [sys.executable, "-m", "workhours_sla", *words, "--port", "0", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+:\d+", process.stdout.readline())
            assert address, process.communicate()[1]
            with urlopen(f"{address[0]}/readyz", timeout=60) as answer:  # noqa: S310
                assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert (tmp_path / "appeals.db").is_file()


def test_the_command_of_the_drop_in_file_has_known_options() -> None:
    words = command_of(DROP_IN)
    assert words[0] == "serve"
    assert {word for word in words if word.startswith("--")} <= options_of_serve()
    assert "--standby" in words


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    found: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text("utf-8"))
    return found


def test_the_compose_file_refers_to_what_it_has() -> None:
    found = compose()
    ignored = set((COMPOSE / ".gitignore").read_text("utf-8").split("\n"))
    assert found["services"].keys() == {"first", "second", "db", "prometheus"}
    for service in found["services"].values():
        assert "image" in service
        assert set(service.get("secrets", ())) <= found["secrets"].keys()
        assert set(service.get("depends_on", ())) <= found["services"].keys()
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert source.removeprefix("./") in ignored or (COMPOSE / source).is_file()
            else:
                assert source in found["volumes"]
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")  # a reverse proxy does TLS
    for secret in found["secrets"].values():
        assert secret["file"].removeprefix("./") in ignored
    command = found["services"]["first"]["command"]
    assert command[0] == "serve"
    assert {word.split("=")[0] for word in command[1:]} <= options_of_serve()
    build = found["services"]["first"]["build"]
    assert (COMPOSE / build["context"] / build["dockerfile"]).is_file()


def test_prometheus_reads_the_services_of_the_compose_file(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    promtool = program("promtool", "prometheus")
    copy(COMPOSE / "prometheus.yml", tmp_path)
    copy(EXAMPLES / "prometheus/workhours.rules.yml", tmp_path)
    status, printed = run(
        promtool, "check", "config", "--syntax-only", "prometheus.yml", at=tmp_path
    )
    assert status == 0, printed
    [job] = yaml.safe_load((COMPOSE / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    [static] = job["static_configs"]
    assert {target.split(":")[0] for target in static["targets"]} <= compose()["services"].keys()
