"""``workhours watch`` on a topic: what it prints in both languages, and its exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kit.values import run
from tests.slow.engines.kafka_topics import row, rows, write
from tests.slow.engines.mock_kafka import MockCluster

pytestmark = pytest.mark.engines
CONFIG = """
[schedule]
calendar = "RU-VGG"

[input]
brokers = "{brokers}"
topic = "appeals"
{more}
"""


Watch = Callable[..., tuple[int, str, str]]


@pytest.fixture
def watch(kafka: MockCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Watch:
    """Return a function that runs ``watch --once`` on a topic of two partitions."""
    kafka.create("appeals", 2)

    def run_once(*options: str, more: str = "") -> tuple[int, str, str]:
        file = tmp_path / "region.toml"
        file.write_text(CONFIG.format(brokers=kafka.brokers, more=more), encoding="utf-8")
        command = (
            "watch",
            "--config",
            file,
            "--store",
            tmp_path / "a.db",
            "--once",
            "--lang",
            "en",
        )
        return run(capsys, *command, *options)

    return run_once


def test_changes_go_to_standard_output_and_the_account_to_standard_error(
    kafka: MockCluster, watch: Watch
) -> None:
    write(kafka, "appeals", *rows([1]), {"value": b"{half", "partition": 1})
    status, out, error = watch()
    assert status == 0
    printed = [line.split()[:2] for line in out.splitlines()]
    assert printed == [["A-1", "-"], ["!", "A-1"], ["!!", "A-1"]]
    assert "Rows: read 2 = taken 1 + quarantined 1" in error
    status, out, error = watch()
    assert (status, out) == (0, "")
    assert "Rows: read 0" in error


def test_too_many_messages_without_events_are_an_error_with_the_place(
    kafka: MockCluster, watch: Watch
) -> None:
    write(kafka, "appeals", {"value": b"{half", "partition": 1})
    status, _, error = watch()
    assert status == 2
    assert '"topic":"appeals","partition":1,"offset":0' in error
    assert "Traceback" not in error
    status, _, error = watch("--replay", "--lang", "ru")
    assert status == 0


def test_a_loss_is_accepted_once(kafka: MockCluster, watch: Watch) -> None:
    write(kafka, "appeals", *rows(range(5)))
    assert watch()[0] == 0
    write(kafka, "appeals", *rows(range(5, 20)))
    kafka.remove_before("appeals", 0, 10)
    status, _, error = watch()
    assert (status, error.count("\n")) == (2, 1)
    assert "messages 5 to 9 were removed" in error
    status, _, error = watch("--lang", "ru")
    assert "сообщения с 5 по 9 удалены" in error
    status, _, error = watch("--accept-loss")
    assert status == 0
    assert "reading goes on at offset 10" in error
    assert "In the store since it was created: Events: 15" in error


def test_a_silent_partition_stops_the_clock_of_events_and_a_note_says_so(
    kafka: MockCluster, watch: Watch, tmp_path: Path
) -> None:
    late = {"value": row(2, at="2025-03-14T17:00:00+03:00"), "partition": 0}
    write(kafka, "appeals", *rows([1]), late)
    _, out, error = watch("--clock", "events")
    assert "overdue" not in out
    assert "a partition of the topic has no messages" in error
    (tmp_path / "a.db").unlink()
    _, out, error = watch("--clock", "events", more='idle = "1h"')
    assert "!!" in out
    assert "a partition of the topic" not in error
