"""An open question of ``workhours init`` is refused in every format, until it is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from kit.messages import messages
from kit.values import Capture
from kit.workbooks import xlsx
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.detection.detect import detect, verified
from workhours_sla.detection.detected import Given
from workhours_sla.errors import ConfigError
from workhours_sla.text.catalog import LANGUAGES

AT: Final = "--as-of=27.03.2026 15:30"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main([*arguments, "--lang=en"])
    return status, *capsys.readouterr()


def refusal(capsys: Capture, *arguments: str) -> str:
    """Return the one sentence with which a command refuses its input."""
    status, out, err = run(capsys, *arguments)
    [sentence] = messages(err)
    assert (status, out) == (2, ""), err
    return sentence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[columns]\nanswered_at = "?"', "columns.answered_at"),
        ('[columns]\nposted_at = ["date", "?"]', "columns.posted_at[1]"),
        ('[input]\nkind = "?"', "input.kind"),
        ('[input]\ntz = "?"', "input.tz"),
        ('[input]\nofficials = "?"', "input.officials"),
        ('[values.type]\n"В работе" = "?"', 'values.type."В работе"'),
        ('[target]\nbudget = "?"', "target.budget"),
        ('[schedule.overrides]\n2026-05-08 = "?"', "schedule.overrides.2026-05-08"),
        ('[[targets]]\nname = "?"', "targets[0].name"),
        ('preset = "?"', "preset"),
        ('unheard = "?"', "unheard"),
    ],
)
def test_a_question_in_any_key_is_refused(text: str, key: str) -> None:
    with pytest.raises(ConfigError, match="open question") as caught:
        parse(text, name="region.toml")
    assert caught.value.key == key


def test_every_question_has_a_key_and_is_the_message(capsys: Capture) -> None:
    Path("log.csv").write_text(
        "Номер,Событие,Время события\n1,Создано,12.03.2026 10:15\n1,Закрыто,12.03.2026 11:00\n"
        "1,Согласовано,12.03.2026 10:40\n1,На контроле,12.03.2026 10:45\n",
        encoding="utf-8",
    )
    run(capsys, "init", "log.csv", "--out=log.toml")
    asked = {"tz": "Europe/Volgograd", "Закрыто": "replied"}
    asked |= {"Согласовано": "assigned", "На контроле": "assigned"}
    questions = {
        "tz": "the times have no offset from UTC",
        "Закрыто": "no value of the column 'Событие' is known as an answer",
        "Согласовано": "has values that are not known as types of events",
        "На контроле": "has values that are not known as types of events",
    }
    text = Path("log.toml").read_text(encoding="utf-8")
    assert text.count(' = "?"') == len(asked)
    for key, answer in asked.items():
        err = refusal(capsys, "check", "log.csv", "--config=log.toml", AT)
        assert questions[key] in err
        written = key if key.isascii() or " " not in key else f'"{key}"'
        text = text.replace(f'"{key}" = "?"', f'"{key}" = "{answer}"')
        text = text.replace(f'{written} = "?"', f'{written} = "{answer}"')
        Path("log.toml").write_text(text, encoding="utf-8")
    status, _, err = run(capsys, "check", "log.csv", "--config=log.toml", AT)
    assert (status, err) == (0, "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_formats_of_networks_ask_too(lang: str, capsys: Capture) -> None:
    comment = '{"id": %d, "from_id": %d, "date": 1773299%d, "owner_id": -9, "post_id": 5'
    reply = comment % (2, 8, 800) + ', "parents_stack": [1], "text": ""}'
    first = comment % (1, 7, 700) + ', "parents_stack": [], "thread": {"count": 1, "items": ['
    Path("vk.json").write_text(f'{{"response": {{"items": [{first}{reply}]}}}}]}}}}')
    main(["init", "vk.json", "--out=vk.toml", "--lang", lang])
    capsys.readouterr()
    for command in (["check", "vk.json"], ["report", "vk.json"], ["serve"]):
        err = refusal(capsys, *command, "--config=vk.toml")
        assert "input.officials in vk.toml is an open question: " in err
        assert ("people answer" if lang == "en" else "на комментарии отвечает") in err
    text = Path("vk.toml").read_text(encoding="utf-8").replace('"?"', '["8"]')
    Path("vk.toml").write_text(text, encoding="utf-8")
    status, out, _ = run(capsys, "check", "vk.json", "--config=vk.toml", AT)
    assert (status, "MET 1" in out) == (0, True)


MAPPED: Final = (
    '[input]\nkind = "appeals"\ntz = "Europe/Volgograd"\n'
    '[columns]\nappeal_id = "id"\nposted_at = "created_at"\n'
)
ROW: Final = {"id": "A-1", "created_at": "12.03.2026 10:15"}


def content(suffix: str, record: dict[str, Any]) -> bytes:
    if suffix == "json":
        return json.dumps([record]).encode()
    if suffix == "jsonl":
        return json.dumps(record).encode() + b"\n"
    cells = [list(record), list(record.values())]
    if suffix == "csv":
        return "".join(",".join(row) + "\n" for row in cells).encode()

    def fill(_: object, sheet: Any) -> None:
        for number, row in enumerate(cells):
            sheet.write_row(number, 0, row)

    return xlsx(fill)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "jsonl"])
@pytest.mark.parametrize(
    ("extra", "is_asked"),
    [
        ({"closed_at": "12.03.2026 11:15"}, True),
        ({"Ответ": "Уважаемый заявитель"}, True),
        ({"closed_at": ""}, False),
        ({"Ответ": "нет"}, False),
        ({"Ответственный": "Иванов", "updated_at": "12.03.2026 10:20"}, False),
    ],
)
def test_values_like_answers_in_a_column_that_is_not_read_are_asked_about(
    suffix: str, extra: dict[str, str], is_asked: bool, capsys: Capture
) -> None:
    """CSV and XLSX need the column of answers in any case; here it is there and empty."""
    empty = {"answered_at": ""} if suffix in ("csv", "xlsx") else {}
    Path(f"open.{suffix}").write_bytes(content(suffix, ROW | empty | extra))
    Path("region.toml").write_text(MAPPED, encoding="utf-8")
    command = ("check", f"open.{suffix}", "--config=region.toml", AT)
    if is_asked:
        err = refusal(capsys, *command)
        assert f"no answer in the column 'answered_at', but values in '{next(iter(extra))}'" in err
        Path("region.toml").write_text(MAPPED + 'answered_at = ""\n', encoding="utf-8")
    status, out, _ = run(capsys, *command)
    assert (status, "OVERDUE 1 (1 unanswered)" in out) == (1, True)


def test_one_answer_is_enough_and_nested_values_are_seen(capsys: Capture) -> None:
    closed = ROW | {"dates": {"closed_at": "12.03.2026 11:15"}}
    answered = ROW | {"id": "A-2", "answered_at": "12.03.2026 11:15"}
    Path("region.toml").write_text(MAPPED, encoding="utf-8")
    command = ("check", "rows.json", "--config=region.toml", AT)
    Path("rows.json").write_text(json.dumps([closed, closed]))
    assert "values in 'dates.closed_at'" in refusal(capsys, *command)
    Path("rows.json").write_text(json.dumps([closed, answered]))
    status, out, _ = run(capsys, *command)
    assert (status, "OVERDUE 1 (1 unanswered)" in out) == (1, True)


def test_watch_asks_before_it_counts_an_appeal_as_unanswered(capsys: Capture) -> None:
    row = ROW | {"closed_at": "12.03.2026 11:15"}
    Path("rows.jsonl").write_text(json.dumps(row) + "\n")
    Path("region.toml").write_text(MAPPED, encoding="utf-8")
    command = ("watch", "rows.jsonl", "--config=region.toml", "--store=a.db", "--once")
    assert "rows.jsonl has no answer in the column 'answered_at'" in refusal(capsys, *command)
    Path("region.toml").write_text(MAPPED + 'answered_at = "closed_at"\n', encoding="utf-8")
    status, out, err = run(capsys, *command)
    assert (status, "first reply  met" in out) == (0, True), err


def test_init_asks_when_the_column_of_answers_is_empty_and_another_is_not() -> None:
    Path("rows.csv").write_text(
        "Номер,Дата публикации,Дата ответа,Дата закрытия\n1,12.03.2026 10:15,,12.03.2026 11:15\n",
        encoding="utf-8",
    )
    found = verified(detect(Path("rows.csv"), given=Given(tz="Europe/Volgograd")), Path("rows.csv"))
    assert [(one.question.cause, one.keys) for one in found.doubts] == [
        ("answers_unread", ("answered_at",))
    ]
