"""Acts added from a TOML file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from workhours_sla import Calendar, DayKind, Layer
from workhours_sla.cli.main import main
from workhours_sla.errors import ConfigError
from workhours_sla.files import load_acts, parse_acts
from workhours_sla.foreign.acts import LayerName

WHOLE = """
confirms = [{ from = 2028-01-01, to = 2028-12-31 }]

[acts.decree]
title = "Постановление о переносе в 2028 году"
known_from = 2027-09-20
confidence = "medium"

[acts.order]
title = "Приказ № 7"

[[transfers]]
from = 2028-04-29
to = 2028-05-02
act = "decree"

[[days_off]]
date = 2028-09-04
act = "order"
name = "День знаний"
layer = "region"
shortens_eve = true
"""


def test_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "acts.toml"
    path.write_text(WHOLE, encoding="utf-8")
    calendar = load_acts(path).added_to(Calendar.get("RU"))
    assert calendar.day(date(2028, 4, 29)).kind is DayKind.TRANSFERRED_WORK
    assert "номер не подтверждён" in calendar.day(date(2028, 5, 2)).describe("ru")
    assert calendar.day(date(2028, 9, 4)).describe("ru") == "День знаний: Приказ № 7"
    assert calendar.day(date(2028, 9, 1)).short is False  # a Friday; the eve is a Sunday


def test_the_command_line_adds_acts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "acts.toml"
    path.write_text(WHOLE, encoding="utf-8")
    asked = ["due", "30.12.2027 16:30", "--calendar=RU", "--lang=en"]
    assert main(asked) == 3
    assert main([*asked, f"--calendar-file={path}"]) == 0
    assert "2028 11:30" in capsys.readouterr().out
    assert main(["calendar", "RU", "2028", f"--calendar-file={path}", "--lang=ru"]) == 0
    assert "РАБОЧАЯ суббота" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("transfers = 3", "transfers: expected rows"),
        ("[[transfer]]\nfrom = 2028-01-01", "transfer: no such section"),
        ("[[days_off]]\ndate = 2026-09-01\nact = 'x'", "no act 'x'"),
        ("[acts.x]\n", "acts.x.title: missing"),
        ("[acts.x]\ntitle = 'x'\nconfidence = 'sure'", "is not a valid value"),
        ("[acts.x]\ntitle = 'x'\n[[days_off]]\ndate = '1.9.2026'\nact = 'x'", "is not a date"),
        ("[acts.x]\ntitle = 'x'\n[[days_off]]\ndate = 2026-09-01\nact = 'x'\nlayer = 'city'",
         "'city' is not a valid value"),
        ("[acts.x]\ntitle = 'x'\n[[transfers]]\nfrom = 2026-09-05\nact = 'x'",
         "transfers[0].to: missing"),
        ("acts = 5\n[x", "is not TOML"),
        ("[[settles]]\nfrom = 2028-01-01\nto = 2028-12-31",
         "settles: the key is now confirms in acts.toml; rename it to confirms"),
    ],
)  # fmt: skip
def test_an_error_names_the_key_path(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_acts(text, "acts.toml")
    assert says in str(caught.value)
    assert "acts.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["none.toml", "a\0b", "a\ud800"])
def test_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the calendar file"):
        load_acts(tmp_path / name)


def test_every_layer_but_the_weekly_pattern_can_have_acts() -> None:
    names = {layer.name.lower() for layer in Layer if layer is not Layer.WEEKLY}
    assert set(get_args(LayerName)) == names
