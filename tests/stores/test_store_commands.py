"""Commands print the same for a store as for the file that was read into it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.paths import EXAMPLES
from kit.stored import Stored
from kit.values import POLICY
from workhours_sla import Event, EventType
from workhours_sla.cli.main import main
from workhours_sla.stores.open import events_of
from workhours_sla.stores.store_values import Batch, Rejected

DATA = EXAMPLES / "data" / "appeals.jsonl"
VGG = ["--calendar", "RU-VGG"]
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([*map(str, arguments), "--lang", "en"])
    return status, *capsys.readouterr()


def data(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    status, out, err = run(capsys, *arguments, "--json")
    assert status in {0, 1}, err
    found: dict[str, Any] = json.loads(out)
    return found


def an_event(event_id: str, appeal: str, kind: EventType, after: float = 0, **more: Any) -> Event:
    when = NOON + timedelta(hours=after)
    return Event(event_id, appeal, kind, when, more.pop("received_at", when), **more)


def posted(appeal: str, after: float = 0) -> Event:
    return an_event(f"{appeal}-c", appeal, EventType.CREATED, after)


def stored(path: Path, *batches: Sequence[Event], until: float | None = None) -> Path:
    file = path / "appeals.db"
    with Stored(file, POLICY) as store:
        for batch in batches:
            store.apply(batch)
        if until is not None:
            store.advance(NOON + timedelta(hours=until))
    return file


# -- the same answers --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("when", ["2026-03-20T15:00+03:00", "2026-04-20T11:00+03:00"])
def test_commands_print_the_same_for_a_store_as_for_its_file(
    when: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, store = tmp_path / "events.jsonl", tmp_path / "appeals.db"
    lines = DATA.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines, *lines[:50], '{"event_id": 1}\n', "no JSON\n"]))
    config = ["--config", EXAMPLES / "region.toml"]
    watch = [file, "--store", store, "--once", "--clock", "events", *config]
    assert run(capsys, "watch", *watch)[0] == 0
    for command, *options in (
        ("check", "--warn", "90m", "--explain"),
        ("forecast", "--days", "30"),
        ("report", "--target", "first reply"),
    ):
        asked = [command, *options, *config, "--as-of", when]
        expected = data(capsys, *asked, file)
        found = data(capsys, *asked, "--store", store)
        if command != "report":  # report counts rows and events together
            said = found.pop("store")
            assert (
                said["policy_version"] == data(capsys, "forecast", *config, file)["policy_version"]
            )
            assert said["watermark"] is not None
            unknown = dict.fromkeys(("read", "mapped", "ignored", "inverted"))
            assert found.pop("rows") == {**unknown, "quarantined": 2}
            assert expected.pop("rows")["quarantined"] == 2
            assert found["events"].pop("replaced") == found["events"].pop("dropped") == 0
            for row in (*found["quarantine"], *expected["quarantine"]):
                row.pop("line", row.pop("row", None))
        assert found == expected


def test_the_account_of_a_store_adds_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "appeals.db"
    late = an_event("1-r", "1", EventType.REPLIED, 9, received_at=NOON + timedelta(hours=2))
    with Stored(file, POLICY) as store:
        store.apply([posted("1"), posted("1"), posted("2", 1), late])
        store.apply([an_event("3-r", "3", EventType.REPLIED, 1)])
        store.repair(an_event("1-r", "1", EventType.REPLIED, 1.5))
        store.apply([an_event("1-r", "1", EventType.REPLIED, 1.6), posted("4", 200)])
        bad = Rejected("malformed", "no JSON", "{")
        store.commit(Batch("file", rejected=[bad, bad], watermark=NOON + timedelta(hours=2)))
    asked = ["check", "--store", file, *VGG, "--as-of", "2026-03-02T18:00+03:00"]
    found = data(capsys, *asked)
    assert found["events"] == {
        "read": 8,
        "applied": 3,
        "duplicate": 1,
        "quarantined": 2,
        "after_as_of": 1,
        "late": 0,
        "replaced": 1,
        "dropped": 0,
    }
    assert [one["reason"] for one in found["quarantine"]] == [
        *["malformed"] * 2,
        "no_appeal",
        "conflicting_id",
    ]
    assert found["quarantine"][0]["row"] == 1
    status, out, _ = run(capsys, *asked, "--strict")
    assert status == 2
    assert "Rows in quarantine: 2" in out
    assert (
        "Events: 8 = applied 3 + duplicate 1 + quarantined 2 + repaired 1 + after that time 1"
        in out
    )
    assert "    row 2 of the store: no JSON" in out
    assert len(events_of(file)) == 5


def test_a_copy_that_was_repaired_stays_out_when_the_repair_is_dropped(tmp_path: Path) -> None:
    with Stored(tmp_path / "a.db", POLICY, retain=timedelta(days=30)) as store:
        store.apply([an_event("x", "1", EventType.CREATED), posted("2")])
        store.repair(an_event("x", "3", EventType.CREATED))
        store.apply([an_event("3-r", "3", EventType.REPLIED, 1)])
        store.advance(NOON + timedelta(days=40))
        store.apply([posted("4", 24 * 40)])
        assert store.holdings().dropped == 2
        assert [one.event_id for one in store.events()] == ["2-c", "4-c"]


def test_appeals_that_retention_dropped_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "appeals.db"
    days = timedelta(days=30)
    with Stored(file, POLICY, retain=days) as store:
        store.apply([posted("1"), an_event("1-r", "1", EventType.REPLIED, 1), posted("2")])
        store.advance(NOON + timedelta(days=40))
        store.apply([an_event("1-x", "1", EventType.EDITED, 2), posted("1")])
        assert store.complete_since == NOON + timedelta(days=10)
    with Stored(file, POLICY) as store:
        store.apply([posted("5")])
        assert store.complete_since == NOON + timedelta(days=10)
    asked = ["--store", file, *VGG, "--as-of", "2026-04-12T12:00+03:00"]
    found = data(capsys, "check", *asked)
    assert (found["events"]["dropped"], found["events"]["quarantined"]) == (2, 1)
    assert found["store"]["complete_since"] == "2026-03-12T09:00:00+00:00"
    assert [one["appeal_id"] for one in found["outcomes"]] == ["2", "5"]
    line = (
        "Appeals that ended long ago were dropped, with 2 events; "
        "all appeals posted since Thu 12 Mar 2026 12:00 are still there"
    )
    for command in ("check", "forecast"):
        assert line in run(capsys, command, *asked)[1].splitlines()
    _, _, err = run(capsys, "report", *asked)
    assert f"Note: {line}" in err
    assert "event of an appeal that ended long ago and was dropped" not in err
    assert data(capsys, "report", *asked)["report"]["quality"]["intake"]["quarantined"] == [
        ["after_retention", 1]
    ]


# -- what an answer must be read with ----------------------------------------------------------


def test_store_notes_that_events_after_the_watermark_may_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # due at 16:00 and 17:00 in Moscow
    file = stored(tmp_path, [posted("1"), posted("2", 1)], until=4.5)
    asked = ["check", "--store", file, *VGG, "--as-of"]
    behind = "The store has all events up to Mon 2 Mar 2026 16:30; later ones may be missing"
    status, out, _ = run(capsys, *asked, "2026-03-02T18:00+03:00")
    assert status == 1
    assert out.splitlines()[-3:-1] == [
        behind,
        "  Overdue only since then, possibly with an answer that is missing: 1",
    ]
    assert behind in run(capsys, *asked, "2026-03-02T16:40+03:00")[1]
    assert "The store has all" not in run(capsys, *asked, "2026-03-02T16:30+03:00")[1]
    assert behind in run(capsys, "report", "--store", file, *VGG)[2]
    assert main([*map(str, asked), "2026-03-02T18:00+03:00", "--lang", "ru"]) == 1
    out = capsys.readouterr().out
    assert "В хранилище есть все события до пн 02.03.2026 16:30; более поздние" in out


def test_a_store_may_not_know_since_when_it_is_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stored(tmp_path, [posted("1")])
    assert "It is unknown up to when" in run(capsys, "forecast", "--store", file, *VGG)[1]
    assert data(capsys, "forecast", "--store", file, *VGG)["store"]["watermark"] is None


def test_another_policy_than_that_of_the_store_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stored(tmp_path, [posted("1")], until=1)
    for command in ("check", "forecast", "report"):
        asked = [command, "--store", file, *VGG, "--as-of", "2026-03-02T13:00+03:00"]
        assert "another policy" not in "".join(run(capsys, *asked)[1:])
        printed = "".join(run(capsys, *asked, "--budget", "8h")[1:])
        assert f"another policy ({POLICY.version})" in printed
    warned = run(capsys, "check", "--store", file, *VGG, "--warn", "2h")
    assert "another policy" not in warned[1]


# -- wrong use ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "forecast", "report"])
def test_a_command_reads_appeals_from_one_source_only(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stored(tmp_path, [posted("1")])
    text = tmp_path / "text"
    text.write_text("no database, but a text that is longer than the header of one is")
    for arguments, message in (
        ([], "FILE or from --store, and neither was given"),
        ([DATA, "--store", file], "FILE or from --store, and both were given"),
        (["--store", file, "--assume-tz", "Europe/Moscow"], "leave --assume-tz out"),
        (["--store", tmp_path / "none.db"], f"no store {str(tmp_path / 'none.db')!r}"),
        (["--store", text], "give a store"),
    ):
        status, _, err = run(capsys, command, *arguments)
        assert (status, len(err.splitlines())) == (2, 1)
        assert message in err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_address_without_psycopg_is_one_sentence(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "workhours_sla.stores.postgres", raising=False)
    for words in (
        ["store", "check", "postgresql://x"],
        ["outbox", "dead", "--store", "postgres://x"],
    ):
        assert main([*words, "--lang", lang]) == 2
        error = capsys.readouterr().err
        assert "pip install 'workhours-sla[postgres]'" in error
        assert len(error.splitlines()) == 1
