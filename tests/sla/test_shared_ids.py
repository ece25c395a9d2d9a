"""A note is printed if too many rows share an id, as happens with a wrong column."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from kit.messages import messages
from workhours_sla.cli.main import main
from workhours_sla.text import catalog

AS_OF = "--as-of=2026-03-12T12:00+03:00"
TIME = "2026-03-12T10:15+03:00"
NOTES = {
    "en": "Note: {} of {} rows ({}%) have the same {}, '{}'; check that '{}' is the right column "
    "for it (columns.{} in --config)\n",
    "ru": "Внимание: в {} из {} строк ({} %) указан один и тот же {}: '{}'; проверьте, верно ли "
    "выбран столбец '{}' (columns.{} в --config)\n",
}

Row = tuple[str, str]
"""The ids of an event and of its appeal."""


def of_one_appeal(shared: int, others: int) -> list[Row]:
    return [
        *((f"e{n}", "A-1") for n in range(shared)),
        *((f"o{n}", f"B-{n}") for n in range(others)),
    ]


def of_one_event(shared: int, others: int) -> list[Row]:
    return [(event, appeal) for appeal, event in of_one_appeal(shared, others)]


def sheet(folder: Path, rows: Iterable[Row], config: str = "") -> list[str]:
    (folder / "rows.toml").write_text(config, encoding="utf-8")
    (folder / "rows.csv").write_text(
        "event_id,appeal_id,type,occurred_at\n"
        + "".join(f"{event},{appeal},created,{TIME}\n" for event, appeal in rows)
    )
    return [str(folder / "rows.csv"), "--config", str(folder / "rows.toml"), AS_OF]


def lines(folder: Path, rows: Iterable[Row]) -> list[str]:
    (folder / "rows.jsonl").write_text(
        "".join(
            json.dumps(
                {"event_id": event, "appeal_id": appeal, "type": "created", "occurred_at": TIME}
            )
            + "\n"
            for event, appeal in rows
        )
    )
    return [str(folder / "rows.jsonl"), "--store", str(folder / "s.db"), "--once"]


def notes(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the notes on standard error, without the summary of watch."""
    heads = tuple(text.split(":")[0] for text in NOTES.values())
    written = messages(capsys.readouterr().err)
    return "".join(line for line in written if line.startswith(heads))


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        (of_one_appeal(240, 60), (240, 300, 80, "appeal_id", "A-1", "appeal_id", "appeal_id")),
        (of_one_event(100, 50), (100, 150, 66, "event_id", "A-1", "event_id", "event_id")),
    ],
    ids=["appeal", "event"],
)
@pytest.mark.parametrize(
    ("command", "lang"), [("check", "en"), ("check", "ru"), ("forecast", "en"), ("report", "ru")]
)
def test_an_id_of_most_rows_is_named(
    command: str,
    lang: str,
    rows: list[Row],
    facts: tuple[object, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([command, *sheet(tmp_path, rows), "--json", f"--lang={lang}"])
    assert notes(capsys) == NOTES[lang].format(*facts)


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
@pytest.mark.parametrize("shared", [of_one_appeal, of_one_event])
def test_watch_prints_the_note_once(
    shared: object, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, canonical = (
        (of_one_appeal(300, 0), "appeal_id")
        if shared is of_one_appeal
        else (of_one_event(300, 0), "event_id")
    )
    assert main(["watch", *lines(tmp_path, rows), f"--lang={lang}"]) == 0
    facts = 100, 100, 100, canonical, "A-1", canonical, canonical
    assert notes(capsys) == NOTES[lang].format(*facts)


def test_watch_counts_again_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others_first = of_one_appeal(110, 100)[::-1]
    main(["watch", *lines(tmp_path, others_first), "--lang=en"])
    assert " 110 of 210 rows (52%) " in notes(capsys)


def test_the_column_has_the_name_that_it_has_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = '[columns]\nappeal_id = "type"\n[values.appeal_id]\ncreated = "new"\n'
    main(["check", *sheet(tmp_path, of_one_appeal(60, 60), config), "--lang=en"])
    facts = 120, 120, 100, "appeal_id", "new", "type", "appeal_id"
    assert notes(capsys) == NOTES["en"].format(*facts)


@pytest.mark.parametrize(
    ("shared", "others", "is_noted"),
    [
        (99, 0, False),
        (100, 99, True),
        (100, 100, False),
        (1_000, 1_000, False),
        (1_001, 1_001, True),
    ],
)
def test_limits_of_shared_ids(
    shared: int, others: int, is_noted: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", *sheet(tmp_path, of_one_appeal(shared, others)), "--lang=en"])
    assert bool(notes(capsys)) is is_noted


def test_a_row_per_appeal_counts_once_although_it_has_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = sheet(tmp_path, [], '[input]\nkind = "appeals"\n')
    answered = f"{TIME},2026-03-12T11:15+03:00\n"
    rows = [f"A-1,{answered}"] * 60 + [f"B-{n},{answered}" for n in range(40)]
    header = "appeal_id,posted_at,answered_at\n"
    Path(asked[0]).write_text(header + "".join(rows))
    main(["check", *asked, "--lang=en"])
    assert not notes(capsys)
    Path(asked[0]).write_text(header + "".join(rows[:60] * 2 + rows[60:]))
    main(["check", *asked, "--lang=en"])
    assert "120 of 160 rows (75%) have the same appeal_id, 'A-1'" in notes(capsys)


def test_equal_rows_without_event_ids_are_not_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", *sheet(tmp_path, [("", "A-1")] * 150), "--lang=en"])
    assert "same appeal_id" in (written := notes(capsys))
    assert "event_id" not in written
