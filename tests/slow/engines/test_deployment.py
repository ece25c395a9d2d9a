"""systemd, compose, Prometheus and nginx accept our files, and the command of a unit serves."""

import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.request import urlopen

import click
import pytest

from kit.paths import EXAMPLES
from kit.served import PATIENCE, ended, port_of
from kit.values import OFFICE
from tests.slow.engines.programs import program, run
from tools.fuzz_service import send, served
from workhours_sla import Event, Policy, Target, working_hours
from workhours_sla.cli.main import commands
from workhours_sla.stream import Delivery, MemoryStore, Metrics, Pipeline

pytestmark = pytest.mark.engines

SYSTEMD, COMPOSE = EXAMPLES / "systemd", EXAMPLES / "compose"
PROMETHEUS, RULES, TESTS = (
    EXAMPLES / "prometheus",
    "workhours.rules.yml",
    "workhours.rules.test.yml",
)
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=OFFICE.tz)
UNITS = sorted(SYSTEMD.glob("*.service"))
DROP_IN = SYSTEMD / "workhours.service.d/postgresql.conf"
WORST = 1.5
"""The highest exposure level that is allowed, of 10; below 2 systemd says OK."""


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
def test_systemd_accepts_a_unit_and_finds_it_hardened(unit: Path, tmp_path: Path) -> None:
    analyze, copied = program("systemd-analyze", "systemd"), installed(unit, tmp_path)
    assert run(analyze, "verify", copied) == (0, "")
    _, printed = run(analyze, "security", "--offline=true", copied)
    level = re.search(r"exposure level for \S+: ([0-9.]+)", printed)
    assert level, printed
    assert float(level[1]) <= WORST


def options_of_serve() -> set[str]:
    command = commands.get_command(click.Context(commands), "serve")
    assert command is not None
    return {name for one in command.params for name in one.opts}


def command_of(unit: Path) -> list[str]:
    """Return the words of the command of a unit, after the program."""
    line = re.search(r"^ExecStart=(.+)$", unit.read_text("utf-8"), re.MULTILINE)
    assert line
    return line[1].split()[1:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_of_a_unit_serves_and_stops(unit: Path, tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra service is not installed")
    tokens, region = tmp_path / "tokens", tmp_path / "region.toml"
    tokens.write_text(f"read={'r' * 64}\nwrite={'w' * 64}\n", encoding="utf-8")
    config = f'[schedule]\ncalendar = "RU-VGG"\n[service]\ntokens_file = "{tokens.as_posix()}"\n'
    region.write_text(config, encoding="utf-8")
    text = " ".join(command_of(unit)).replace("/etc/workhours/region.toml", str(region))
    words = text.replace("${STATE_DIRECTORY}", str(tmp_path)).split()
    assert words[0] == "serve"
    command = [sys.executable, "-m", "workhours_sla", *words, "--port", "0", "--lang", "en"]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as process:
        with urlopen(f"http://127.0.0.1:{port_of(process)}/readyz", timeout=60) as answer:
            assert answer.status == 200
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert (tmp_path / "appeals.db").is_file()


def test_the_command_of_the_drop_in_file_has_known_options() -> None:
    words = command_of(DROP_IN)
    assert words[0] == "serve"
    assert {word for word in words if word.startswith("--")} <= options_of_serve()
    assert "--standby" in words


def loaded(file: Path) -> Any:
    return pytest.importorskip("yaml").safe_load(file.read_text("utf-8"))


def test_the_compose_file_refers_to_what_it_has() -> None:
    found = loaded(COMPOSE / "compose.yaml")
    ignored = set((COMPOSE / ".gitignore").read_text("utf-8").split("\n"))
    assert found["services"].keys() == {"first", "second", "db", "prometheus"}
    for service in found["services"].values():
        assert "image" in service
        assert set(service.get("secrets", ())) <= found["secrets"].keys()
        assert set(service.get("depends_on", ())) <= found["services"].keys()
        for source in (volume.split(":")[0] for volume in service.get("volumes", ())):
            own = source.removeprefix("./") in ignored or (COMPOSE / source).is_file()
            assert own if source.startswith(".") else source in found["volumes"]
        # a reverse proxy does TLS
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for secret in found["secrets"].values():
        assert secret["file"].removeprefix("./") in ignored
    serve, *options = found["services"]["first"]["command"]
    assert serve == "serve"
    assert {word.split("=")[0] for word in options} <= options_of_serve()
    build = found["services"]["first"]["build"]
    assert (COMPOSE / build["context"] / build["dockerfile"]).is_file()


def promtool(*words: str, **options: Any) -> None:
    """Let promtool check something, and fail with what it finds."""
    found = program("promtool", "prometheus")
    status, printed = run(found, *words, **options)
    assert status == 0, printed
    assert "text" not in options or not printed


def test_prometheus_accepts_the_configurations_and_the_rules_which_pass_their_tests(
    tmp_path: Path,
) -> None:
    copy(COMPOSE / "prometheus.yml", tmp_path)
    copy(PROMETHEUS / RULES, tmp_path)
    for folder in (tmp_path, PROMETHEUS):
        # without --syntax-only it would look for the file of the token
        promtool("check", "config", "--syntax-only", "prometheus.yml", at=folder)
    promtool("check", "rules", "--lint-fatal", RULES, at=PROMETHEUS)
    promtool("test", "rules", TESTS, at=PROMETHEUS)
    [job] = loaded(COMPOSE / "prometheus.yml")["scrape_configs"]
    [static] = job["static_configs"]
    services = loaded(COMPOSE / "compose.yaml")["services"]
    assert {target.split(":")[0] for target in static["targets"]} <= services.keys()


def test_prometheus_accepts_every_metric_and_the_rules_use_only_those() -> None:
    names = {"A-1": "roads", "A-2": 'Дороги "и"\\мосты\nв области'}
    events = [
        Event(f"{id_}-c", id_, "created", MONDAY, MONDAY, agency_id=agency, channel="vk")
        for id_, agency in names.items()
    ]
    now = MONDAY + timedelta(hours=6)
    policy = Policy([Target("первый ответ", working_hours(4), OFFICE)])
    with Pipeline(MemoryStore(), policy) as pipeline:
        found = Metrics(pipeline, sinks=["board"])
        with Delivery(pipeline.store, [found]) as delivery:
            pipeline.apply(events)
            pipeline.advance(now)
            assert delivery.finish(30) == []
        metrics = found.text(now)
    promtool("check", "metrics", text=metrics)
    exist = set(re.findall(r"^# TYPE (\S+)", metrics, flags=re.MULTILINE))
    sampled = set(re.findall(r"^(\w+)", re.sub("(?m)^#.*", "", metrics), flags=re.MULTILINE))
    used = set(re.findall(r"\bworkhours_sla_\w+", (PROMETHEUS / RULES).read_text("utf-8")))
    assert len(used) == 9
    assert used <= exist & (sampled | {"workhours_sla_dead_letters"})


def test_prometheus_accepts_the_metrics_of_the_service(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra service is not installed")
    with served(tmp_path, "", with_store=True) as address:
        send(address, "")
        with urlopen(f"{address}/metrics", timeout=60) as answer:  # noqa: S310
            text = answer.read().decode()
    assert "workhours_sla_http_requests_total{" in text
    assert 'workhours_sla_overdue_appeals{agency="roads",channel="vk"} 1' in text
    promtool("check", "metrics", text=text)


def test_each_alert_has_both_languages_and_is_tested_both_ways() -> None:
    rules = [rule for group in loaded(PROMETHEUS / RULES)["groups"] for rule in group["rules"]]
    tests = loaded(PROMETHEUS / TESTS)["tests"]
    checks = [check for test in tests for check in test["alert_rule_test"]]
    for rule in rules:
        assert rule["annotations"].keys() == {"summary", "summary_ru"}
        own = [check for check in checks if check["alertname"] == rule["alert"]]
        assert {bool(check.get("exp_alerts")) for check in own} == {True, False}, rule["alert"]


def test_nginx_accepts_the_recipe_of_a_reverse_proxy(tmp_path: Path) -> None:
    nginx, openssl = program("nginx", "nginx"), program("openssl", "openssl")
    command = (openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost")
    status, said = run(*command, "-keyout", tmp_path / "own.key", "-out", tmp_path / "own.pem")
    assert status == 0, said
    recipe = (EXAMPLES / "nginx/workhours.conf").read_text("utf-8")
    for old, new in (
        ("/etc/ssl/certs/appeals.pem", "own.pem"),
        ("/etc/ssl/private/appeals.key", "own.key"),
        ("/var/log/nginx/workhours.log", "access.log"),
    ):
        assert old in recipe
        recipe = recipe.replace(old, str(tmp_path / new))
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {tmp_path / name};\n" for name in places)
    head = f"pid {tmp_path / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
    file = tmp_path / "nginx.conf"

    def checked(text: str) -> tuple[int, str]:
        file.write_text(f"{head}http {{\n{temporary}{text}}}\n", encoding="utf-8")
        return run(nginx, "-t", "-c", file)

    status, said = checked(recipe)
    assert (status, "warn" in said) == (0, False), said
    status, said = checked(recipe.replace("proxy_pass", "proxy_to"))
    assert status != 0
    assert 'unknown directive "proxy_to"' in said
