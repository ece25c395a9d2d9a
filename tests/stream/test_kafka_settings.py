"""The settings of Kafka, without its library: each refusal is one sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.errors import ConfigError, SourceError, StoreError, WorkHoursError
from workhours_sla.sources.kafka import MessageRows
from workhours_sla.sources.kafka_topic import Position
from workhours_sla.sources.tail import plain
from workhours_sla.stores.store_values import Rejected
from workhours_sla.stream import KafkaSink, KafkaSource
from workhours_sla.stream.sinks.kafka_sink import RESERVED, cluster_of, properties_of
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import said, sentence

TOPIC = '[input]\nbrokers = "kafka.example:9092"\ntopic = "appeals"\n'


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    monkeypatch.setitem(sys.modules, "confluent_kafka.admin", None)


def in_russian(error: WorkHoursError) -> str:
    with language("ru"):
        return sentence(error)


def test_a_password_before_a_broker_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        cluster_of("SASL_SSL://sla:a-SECRET@kafka.example:9093/", None)
    assert str(caught.value).startswith(
        "'SASL_SSL://***@kafka.example:9093/' is not an address of a broker"
    )


def test_brokers_are_a_text_or_a_list() -> None:
    for value in ('"a.example:9092, [::1]:9093"', '["a.example:9092", "[::1]:9093"]'):
        options = parse(f'[input]\nbrokers = {value}\ntopic = "appeals"').mapping.input
        assert options.brokers is not None
        assert cluster_of(options.brokers, None).brokers == "a.example:9092,[::1]:9093"


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ('brokers = "kafka.example"\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = "kafka.example:0"\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = "kafka.example:99999"\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = ""\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = []\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = "SSL://kafka.example:9092"\ntopic = "a"', "input.brokers", "write host:port"),
        ('brokers = "a:1"\ntopic = "обращения"', "input.topic", "'обращения' is not the name"),
        ('brokers = "a:1"\ntopic = ".."', "input.topic", "is not the name"),
        ('brokers = "a:1"', "input.brokers", "brokers needs the key topic"),
        ('topic = "a"', "input.topic", "topic needs the key brokers"),
        ('idle = "1h"', "input.idle", "idle needs the key topic"),
        ('properties_env = "X"', "input.properties_env", "needs the key topic"),
        ('brokers = "a:1"\ntopic = "a"\nidle = "often"', "input.idle", "often"),
        (
            'brokers = "a:1"\ntopic = "a"\nproperties_env = "X"\nproperties_file = "x"',
            "input.properties_file",
            "keep one of them",
        ),
    ],
)
def test_wrong_keys_of_a_topic_name_the_key(text: str, key: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(f"[input]\n{text}")
    assert raised.value.key == key
    assert says in str(raised.value)
    assert any("а" <= one <= "я" for one in in_russian(raised.value))


def test_wrong_keys_of_a_sink_name_the_key() -> None:
    with pytest.raises(ConfigError, match=r"sinks\.board\.brokers.*write host:port"):
        parse('[sinks.board]\nkind = "kafka"\nbrokers = "a"\ntopic = "a"')
    with pytest.raises(ConfigError, match=r"sinks\.board"):
        parse('[sinks.board]\nkind = "kafka"\nbrokers = "a:1"')


def test_properties_are_parsed_and_no_line_is_quoted() -> None:
    text = "\ufeff# login\r\n\r\nsasl.password = a=b#c \r\nsasl.username=\r\n"
    assert properties_of(text.removeprefix("\ufeff"), "X") == {
        "sasl.password": "a=b#c",
        "sasl.username": "",
    }
    for line in ("hunter2", "SASL.password=hunter2", "=hunter2", "sasl password hunter2"):
        with pytest.raises(ConfigError) as raised:
            properties_of(f"# first\n{line}", "X")
        assert str(raised.value) == "line 2 of X is not a property; write key=value"


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_properties_on_which_exactness_depends_are_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        properties_of(f"{key}=1", "X")
    with pytest.raises(ConfigError, match=key):
        KafkaSource("a:1", "a", properties={key: "1"})
    with pytest.raises(ConfigError, match=key):
        KafkaSink("board", "a:1", "a", properties={key: "1"})


def test_a_representation_shows_no_password() -> None:
    assert "hunter2" not in repr(cluster_of("a:1", {"sasl.password": "hunter2"}))


@pytest.mark.usefixtures("without_library")
def test_without_the_library_the_extra_is_named() -> None:
    with pytest.raises(SourceError) as raised:
        KafkaSource("a:1", "appeals").check()
    assert str(raised.value) == (
        "the topic 'appeals' can be read only with confluent-kafka: "
        "pip install 'workhours-sla[kafka]'"
    )
    assert in_russian(raised.value).startswith("чтобы прочитать топик 'appeals', нужен")
    with pytest.raises(StoreError, match=r"pip install 'workhours-sla\[kafka\]'"):
        KafkaSink("board", "a:1", "changes").check()


def test_formats_that_are_no_single_records_are_refused() -> None:
    for text in ('format = "zendesk"', 'kind = "statuses"', 'encoding = "utf-16"'):
        mapping: Any = parse(f"{TOPIC}{text}").mapping
        with pytest.raises(SourceError):
            KafkaSource("a:1", "appeals", mapping)


@pytest.mark.parametrize(
    "at", [Position(0), Position(17, 16, "ab12"), Position(2**62, 2**62 - 5, "0")]
)
def test_positions_are_parsed_back(at: Position) -> None:
    assert Position.parse(str(at)) == at


@pytest.mark.parametrize("text", ["", "x", "-1", "1-2", "1-2-xyz", "１", "1 "])
def test_other_texts_are_no_positions(text: str) -> None:
    with pytest.raises(ValueError, match="is not a position"):
        Position.parse(text)


# The command


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, config: str, *options: str
) -> tuple[int, str]:
    file = folder / "region.toml"
    file.write_text(config, encoding="utf-8")
    command = ["watch", "--config", file, "--store", folder / "a.db", "--once", *options]
    status = main([*map(str, command)])
    return status, capsys.readouterr().err


@pytest.mark.usefixtures("without_library")
@pytest.mark.parametrize(
    ("config", "options", "says"),
    [
        ("", (), "no source is given; name a file, or set [input] brokers and topic"),
        (TOPIC, ("events.jsonl",), "both SOURCE and [input] topic are given"),
        (TOPIC, (), "can be read only with confluent-kafka"),
        (f'{TOPIC}properties_env = "NO_SUCH"', (), "variable NO_SUCH is not set"),
        (f'{TOPIC}properties_file = "/no/such"', (), "'/no/such' cannot be read"),
        (
            '[sinks.board]\nkind = "kafka"\nbrokers = "a:1"\ntopic = "a"',
            ("events.jsonl",),
            "the sink board needs confluent-kafka",
        ),
    ],
)
def test_the_command_says_what_is_wrong_and_leaves_no_store(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    config: str,
    options: tuple[str, ...],
    says: str,
) -> None:
    status, error = run(capsys, tmp_path, config, *options, "--lang", "en")
    assert (status, says in error) == (2, True), error
    assert "Traceback" not in error
    assert not (tmp_path / "a.db").exists()
    status, error = run(capsys, tmp_path, config, *options, "--lang", "ru")
    assert status == 2
    assert says not in error


def test_the_reason_of_a_rejected_message_is_in_every_language() -> None:
    from workhours_sla.cli.input import details_of

    place = '{"topic":"appeals","partition":1,"offset":332'
    found = MessageRows(parse(TOPIC).mapping).of_text(place + ',"value":"{}"}')
    assert isinstance(found, Rejected)
    assert found.text == place + ',"value":"{}"}'
    detail_of = details_of(parse(TOPIC).mapping)
    nothing = Rejected("malformed", "not JSON: it ends too early", place + "}")
    for row, en, ru in (
        (plain(found), "appeal_id is not there", "appeal_id: нет в строке"),
        (nothing, nothing.detail, f"строка отклонена ({nothing.detail})"),
    ):
        assert said(detail_of(row)) == en
        with language("ru"):
            assert said(detail_of(row)) == ru


def test_rows_of_files_are_read_again_beside_messages() -> None:
    row = '{"appeal_id":"A-1","type":"created","occurred_at":"2025-03-12T10:15:00+03:00"}'
    message = json.dumps({"topic": "appeals", "partition": 1, "offset": 332, "value": row})
    rows = MessageRows(parse(TOPIC).mapping)
    assert rows.of_text(row) == rows.of_text(message)
    assert len(rows.of_text(row)) == 1
