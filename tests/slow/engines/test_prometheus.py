"""promtool accepts our metrics and our alert rules, and each rule fires when it should."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from kit.paths import ROOT
from kit.values import OFFICE
from tests.slow.engines.programs import program, run
from tools.fuzz_service import send, served
from workhours_sla import Event, Policy, Target, working_hours
from workhours_sla.stream import Delivery, MemoryStore, Metrics, Pipeline

pytestmark = pytest.mark.engines

EXAMPLES = ROOT / "examples/prometheus"
RULES, TESTS = "workhours.rules.yml", "workhours.rules.test.yml"
POLICY = Policy([Target("первый ответ", working_hours(4), OFFICE)])
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=OFFICE.tz)


@pytest.fixture(scope="module")
def promtool() -> str:
    return program("promtool", "prometheus")


@pytest.fixture(scope="module")
def metrics() -> str:
    """Return the metrics of a pipeline in which every metric has a sample."""
    odd = 'Дороги "и"\\мосты\nв области'
    appeals = {"A-1": "roads", "A-2": odd}
    events = [
        Event(f"{id_}-c", id_, "created", MONDAY, MONDAY, agency_id=agency, channel="vk")
        for id_, agency in appeals.items()
    ]
    now = MONDAY + timedelta(hours=6)
    with Pipeline(MemoryStore(), POLICY) as pipeline:
        found = Metrics(pipeline, sinks=["board"])
        with Delivery(pipeline.store, [found]) as delivery:
            pipeline.apply(events)
            pipeline.advance(now)
            assert delivery.finish(30) == []
        return found.text(now)


def test_promtool_finds_no_fault_in_the_metrics(promtool: str, metrics: str) -> None:
    assert run(promtool, "check", "metrics", text=metrics) == (0, "")


def test_promtool_finds_no_fault_in_the_metrics_of_the_service(
    promtool: str, tmp_path: Path
) -> None:
    pytest.importorskip("uvicorn", reason="the extra service is not installed")
    with served(tmp_path, "", with_store=True) as address:
        send(address, "")
        with urlopen(f"{address}/metrics", timeout=60) as answer:  # noqa: S310
            text = answer.read().decode()
    assert "workhours_sla_http_requests_total{" in text
    assert 'workhours_sla_overdue_appeals{agency="roads",channel="vk"} 1' in text
    assert run(promtool, "check", "metrics", text=text) == (0, "")


def test_promtool_finds_no_fault_in_the_rules_and_the_configuration(promtool: str) -> None:
    status, printed = run(promtool, "check", "rules", "--lint-fatal", RULES, at=EXAMPLES)
    assert status == 0, printed
    # without --syntax-only it would look for the file of the token
    checked = run(promtool, "check", "config", "--syntax-only", "prometheus.yml", at=EXAMPLES)
    assert checked[0] == 0, checked[1]


def test_the_rules_pass_their_unit_tests(promtool: str) -> None:
    status, printed = run(promtool, "test", "rules", TESTS, at=EXAMPLES)
    assert status == 0, printed


def test_the_rules_use_only_metrics_that_exist(metrics: str) -> None:
    rules = (EXAMPLES / RULES).read_text("utf-8")
    exist = set(re.findall(r"^# TYPE (\S+)", metrics, flags=re.MULTILINE))
    sampled = set(re.findall(r"^(\w+)", re.sub("(?m)^#.*", "", metrics), flags=re.MULTILINE))
    used = set(re.findall(r"\bworkhours_sla_\w+", rules))
    assert len(used) == 9
    assert used <= exist & (sampled | {"workhours_sla_dead_letters"})


def test_each_alert_has_both_languages_and_is_tested_both_ways() -> None:
    yaml = pytest.importorskip("yaml")
    groups = yaml.safe_load((EXAMPLES / RULES).read_text("utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    tests = yaml.safe_load((EXAMPLES / TESTS).read_text("utf-8"))["tests"]
    checks = [check for test in tests for check in test["alert_rule_test"]]
    for rule in rules:
        assert rule["annotations"].keys() == {"summary", "summary_ru"}
        fired = {
            bool(check.get("exp_alerts")) for check in checks if check["alertname"] == rule["alert"]
        }
        assert fired == {True, False}, rule["alert"]
