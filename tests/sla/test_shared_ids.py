"""Notes about ids that too many rows share."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from kit.messages import messages
from workhours_sla.cli.main import main

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
    rows = [(f"e{n}", "A-1") for n in range(shared)]
    return rows + [(f"o{n}", f"B-{n}") for n in range(others)]


def sheet(folder: Path, rows: Iterable[Row], config: str = "") -> list[str]:
    (folder / "rows.toml").write_text(config, encoding="utf-8")
    lines = [f"{event},{appeal},created,{TIME}\n" for event, appeal in rows]
    (folder / "rows.csv").write_text(
        "event_id,appeal_id,type,occurred_at\n" + "".join(lines), encoding="utf-8"
    )
    return [str(folder / "rows.csv"), "--config", str(folder / "rows.toml"), AS_OF]


def notes(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the notes on standard error, without the summary of watch."""
    heads = tuple(text.split(":")[0] for text in NOTES.values())
    written = messages(capsys.readouterr().err)
    return "".join(line for line in written if line.startswith(heads))


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        (of_one_appeal(240, 60), (240, 300, 80, "appeal_id", "A-1", "appeal_id", "appeal_id")),
        ([row[::-1] for row in of_one_appeal(100, 50)],
         (100, 150, 66, "event_id", "A-1", "event_id", "event_id")),
    ],
    ids=["appeal", "event"],
)  # fmt: skip
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


@pytest.mark.parametrize("of_event", [False, True])
def test_watch_prints_the_note_once(
    of_event: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row[::-1] if of_event else row for row in of_one_appeal(300, 0)]
    canonical = "event_id" if of_event else "appeal_id"
    assert main(["watch", *stream(tmp_path, rows), "--lang=en"]) == 0
    facts = 100, 100, 100, canonical, "A-1", canonical, canonical
    assert notes(capsys) == NOTES["en"].format(*facts)
    (tmp_path / "s.db").unlink()
    main(["watch", *stream(tmp_path, of_one_appeal(110, 100)[::-1]), "--lang=en"])
    assert " 110 of 210 rows (52%) " in notes(capsys)  # counted again at the end


def stream(folder: Path, rows: Iterable[Row]) -> list[str]:
    names = ("event_id", "appeal_id")
    about = {"type": "created", "occurred_at": TIME}
    lines = [json.dumps(dict(zip(names, row, strict=True)) | about) + "\n" for row in rows]
    (folder / "rows.jsonl").write_text("".join(lines))
    return [str(folder / "rows.jsonl"), "--store", str(folder / "s.db"), "--once"]


NEW = '[columns]\nappeal_id = "type"\n[values.appeal_id]\ncreated = "new"\n'


@pytest.mark.parametrize(
    ("rows", "config", "said"),
    [
        (of_one_appeal(99, 0), "", ""),
        (of_one_appeal(100, 99), "", "100 of 199 rows (50%) have the same appeal_id, 'A-1'"),
        (of_one_appeal(100, 100), "", ""),
        (of_one_appeal(1_000, 1_000), "", ""),
        (of_one_appeal(1_001, 1_001), "", "1001 of 2002 rows (50%) have the same appeal_id"),
        (of_one_appeal(60, 60), NEW, "'new'; check that 'type' is the right column"),
        ([("", "A-1")] * 150, "", "have the same appeal_id"),  # equal rows without event ids
    ],
)
def test_limits_of_shared_ids(
    rows: list[Row], config: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", *sheet(tmp_path, rows, config), "--lang=en"])
    written = notes(capsys)
    assert said in written
    assert written.count("\n") == bool(said)


def test_a_row_per_appeal_counts_once_although_it_has_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = sheet(tmp_path, [], '[input]\nkind = "appeals"\n')
    rows = [f"A-1,{TIME},2026-03-12T11:15+03:00\n"] * 60
    rows += [f"B-{n},2026-03-12T10:{n + 16}+03:00,2026-03-12T11:16+03:00\n" for n in range(40)]
    header = "appeal_id,posted_at,answered_at\n"
    Path(asked[0]).write_text(header + "".join(rows))
    main(["check", *asked, "--lang=en"])
    assert not notes(capsys)
    Path(asked[0]).write_text(header + "".join(rows[:60] * 2 + rows[60:]))
    main(["check", *asked, "--lang=en"])
    assert "120 of 160 rows (75%) have the same appeal_id, 'A-1'" in notes(capsys)
