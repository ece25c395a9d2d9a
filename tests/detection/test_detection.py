"""Detection of how a file is read: made-up sheets, doubts, encodings, mutated input."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.made_sheets import SHAPES, ZONE, Sheet, workbook
from kit.paths import SAMPLES
from kit.properties import examples
from kit.workbooks import xlsx
from workhours_sla.config.file import parse_config
from workhours_sla.detection.detect import config_of, detect, verified
from workhours_sla.detection.detected import Detected, Given, configuration_text
from workhours_sla.detection.encoding import RUSSIAN, of_one_byte
from workhours_sla.errors import ConfigError, SourceError
from workhours_sla.sources.appeal_file import open_source
from workhours_sla.sources.rows import Fault
from workhours_sla.text import catalog
from workhours_sla.text.catalog import language

SEEDS = (1, 2, 3)


def detected_of(sheet: Sheet, folder: Path, tz: str | None = ZONE) -> tuple[Path, Detected]:
    path = folder / f"sheet{sheet.suffix}"
    path.write_bytes(sheet.content)
    return path, verified(detect(path, given=Given(tz=tz)), path)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SHAPES)
def test_a_sheet_is_read_as_its_story_or_the_question_is_stated(
    name: str, seed: int, tmp_path: Path
) -> None:
    sheet = SHAPES[name](seed)
    path, found = detected_of(sheet, tmp_path)
    causes = [doubt.question.cause for doubt in found.doubts]
    assert bool(causes) == sheet.asks, causes
    if sheet.asks:
        return
    with open_source(path, config_of(found)) as source:
        items = list(source)
    assert not [item for item in items if isinstance(item, Fault)]
    events = [event for item in items if not isinstance(item, Fault) for event in item]
    assert len(events) == len(sheet.story.events)
    read = {(event.appeal_id, str(event.type), event.occurred_at) for event in events}
    assert read == sheet.story.events
    agencies = {one.id: one.agency for one in sheet.story.appeals}
    assert all(event.agency_id == agencies[event.appeal_id] for event in events)


PROPERTY = settings(max_examples=examples(300), deadline=None, derandomize=True, database=None)
WORDS = (
    *("Дата публикации", "Номер", "Комитет ЖКХ и ТЭК", "Иванов", "г. Волжский", "ул. Мира, д. 5"),
    *("Объявление", "щебень", "ёлка", "ВКонтакте", "не горит фонарь", "съезд", "ЭНЕРГО", "Юг"),
    *("Подъезд № 3", "«Водоканал»", "фильтр", "чьё", "РОСТ", "Цветы", "ящик", "Эхо", "хлеб"),
)


@PROPERTY
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sampled_from(RUSSIAN))
def test_a_russian_encoding_is_right_or_not_certain(words: list[str], name: str) -> None:
    text = ";".join(words)
    content = text.encode(name, "replace")
    found = of_one_byte(content)
    is_right = found.name is not None and content.decode(found.name) == content.decode(name)
    assert is_right or found.others
    assert is_right or len(words) < 6


def found_in(content: bytes | str, folder: Path, tz: str | None = ZONE) -> Detected:
    path = folder / "sheet.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return verified(detect(path, given=Given(tz=tz)), path)


def asked(found: Detected) -> list[str]:
    return [doubt.question.cause for doubt in found.doubts]


HEAD = "Номер,Дата публикации,Дата ответа\n"


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ("1,03/04/2026 10:15,\n", "detect_order"),
        ("1,03-04-26 10:15,\n", "detect_order"),
        ("1,13/04/2026 10:15,\n2,04/13/2026 10:15,\n", "detect_mixed_orders"),
        ("1,2026-13-03 10:15,\n2,2026-03-13 10:15,\n", "detect_mixed_year_day"),
        ("1,2026-13-45 10:15,\n2,2026-04-03 10:15,\n", "detect_rows"),
        ("1,12.03.2026,\n", "detect_only_dates"),
        ("1,12.03.2026,\n2,12.03.2026 10:15,\n3,13.03.2026 9:00,\n", "detect_date_alone"),
        ("1,10:15,\n", "detect_clock_alone"),
        ("1,12.03.2026 10:15,13.03.2026\n", "detect_only_dates"),
        ("1,12.03.2026 00:00,\n", "detect_midnights"),
        ("1,12.03.2026 10:15,переадресовано\n", "detect_texts"),
        ("1,в работе,\n2,12.03.2026 10:15,\n", "detect_texts"),
        ("1,вчера,\n", "detect_texts"),
        ("1,1685582402110.0,\n" * 30 + "2,16855824.0,\n", "detect_texts"),
        ("1,2026.03.2026 10:15,\n", "detect_texts"),
        ("1,2026.03.2026,\n", "detect_texts"),
        ("1,12.03.2026 10:15,12.03.2026 11:00\n1,13.03.2026 9:00,\n", "detect_ids_repeat"),
        ("1,32.03.2026 10:15,\n", "detect_mixed_orders"),
        ("1,12.03.2026 10:15,11.03.2026 10:00\n", "detect_rows"),
        ("1,12.03.2026 10:15\n2,12.03.2026 10:15,\n", "detect_rows"),
        (",12.03.2026 10:15,\n1,12.03.2026 10:15,\n", "detect_rows"),
        ('1,12.03.2026 10:15,\n2,"12.03.2026 10:15,\n', "detect_rows"),
    ],
)
def test_what_is_not_certain_is_asked(rows: str, cause: str, tmp_path: Path) -> None:
    assert cause in asked(found_in(HEAD + rows, tmp_path))


def test_known_words_for_no_answer_yet_are_its_ready_answer(tmp_path: Path) -> None:
    words = ("на исполнении", "В работе", "нет ответа", "—", "pending", "In progress", "n/a")
    answered = "1,12.03.2026 10:15,12.03.2026 11:00\n"
    of_one = [f"{at},12.03.2026 10:15,{word}\n" for at, word in enumerate(words, 2)]
    in_two = [f"{at},12.03.2026 10:15,{word},{word}\n" for at, word in enumerate(words, 2)]
    sheets = (
        HEAD + answered + "".join(of_one),
        HEAD.replace("\n", ",Время ответа\n")
        + answered.replace(" 11:00", ",11:00")
        + "".join(in_two),
    )
    for sheet in sheets:
        found = found_in(sheet, tmp_path)
        assert not found.doubts
        assert [note.cause for note in found.notes] == ["detect_empty", "detect_ids_count"]
        assert found.values["answered_at"] == dict.fromkeys(words, "")
        assert '"В работе" = ""  # ' in configuration_text(found, schedule={})
        with open_source(tmp_path / "sheet.csv", config_of(found)) as source:
            assert [len(item) for item in source] == [2] + [1] * len(words)


@pytest.mark.parametrize(
    ("rows", "form"),
    [
        ("1,03/04/2026 10:15,13/04/2026 10:15\n", "%d/%m/%Y %H:%M"),
        ("1,03/04/2026 10:15,\n2,04/13/2026 10:15,\n", "%m/%d/%Y %H:%M"),
        ("1,03.04.26 10:15,\n", "%d.%m.%y %H:%M"),
        ("1,03.25.2026 10:15,\n", "%m.%d.%Y %H:%M"),
        ("1,2026/03/04 10:15:30,\n", "%Y/%m/%d %H:%M:%S"),
        ('1,"12.03.2026, 10:15",\n', "%d.%m.%Y, %H:%M"),
        ("1,12.03.2026 в 10:15,\n", "%d.%m.%Y в %H:%M"),
        ("1,13/04/2026\u00a010:15,\n2,13/04/2026\u202f 10:15,\n", "%d/%m/%Y %H:%M"),
        ("1,13/04/2026 14h05,\n2,03/04/2026 9h00,\n", "%d/%m/%Y %Hh%M"),
        ("1,12.03.2026 10-32,12.03.2026 17-48\n", "%d.%m.%Y %H-%M"),
    ],
)
def test_another_row_or_the_form_decides_the_order_of_dates(
    rows: str, form: str, tmp_path: Path
) -> None:
    found = found_in(HEAD + rows, tmp_path)
    assert (asked(found), found.options["datetime_format"]) == ([], form)


@pytest.mark.parametrize(
    "rows",
    [
        "\n1;12.03.2026\u00a010:15;\n2;12.03.2026 \u202f10:15;12.03.2026  11:15  +03:00\n",
        ";\n1;12.03.2026 10:15;;\n2;12.03.2026 10:15;12.03.2026 11:15;\n",
    ],
)
def test_blanks_and_trailing_separators_that_the_reader_takes_are_no_question(
    rows: str, tmp_path: Path
) -> None:
    found = found_in(HEAD.strip().replace(",", ";") + rows, tmp_path)
    assert asked(found) == []
    with open_source(tmp_path / "sheet.csv", config_of(found)) as source:
        assert [len(item) for item in source] == [1, 2]


@pytest.mark.parametrize(
    ("head", "causes"),
    [
        ("Номер,Дата публикации,Дата регистрации,Дата ответа", ["detect_several"]),
        ("Номер,Дата публикации,Примечание,Дата закрытия", ["detect_asked"]),
        ("Номер,incident_date,Примечание,Дата ответа", ["detect_asked"]),
        ("Номер,Дата публикации,Примечание,Примечание 2", ["detect_no_answers"]),
        ("№ п/п,Дата публикации,Примечание,Дата ответа", ["detect_counter"]),
        ("Номер,Дата публикации,Примечание,Ответ (план)", ["detect_no_answers"]),
        ("Шифр,Дата публикации,Примечание,Дата ответа", ["detect_missing"]),
        ("Номер,Дата ответа,Примечание,Дата ответа", ["detect_missing", "detect_several"]),
        ("Номер,Дата публикации,Номер,Дата ответа", ["detect_several"]),
    ],
)
def test_what_the_names_of_columns_leave_open_is_asked(
    head: str, causes: list[str], tmp_path: Path
) -> None:
    row = "1,12.03.2026 10:15,12.03.2026 11:15,12.03.2026 12:15\n"
    assert asked(found_in(f"{head}\n{row}", tmp_path)) == causes


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("Номер,Дата публикации (UTC),Дата ответа\n1,12.03.2026 10:15,\n", "detect_other_zone"),
        ("Номер,Дата публикации (UTC),Дата ответа (МСК)\n1,12.03.2026 10:15,\n",
         "detect_two_zones"),
        (("Номер,Дата публикации,Дата ответа,Время ответа\n"
         "1,12.03.2026 10:15,12.03.2026,1:25\n2,12.03.2026 11:15,12.03.2026,2:10\n"),
         "detect_duration"),
        (("Номер,Дата публикации,Дата ответа,Время ответа\n"
         "1,12.03.2026 10:15,12.03.2026,10-12\n2,12.03.2026 11:15,12.03.2026,09-18\n"),
         "detect_spans"),
        ("Номер,Дата публикации,Дата ответа\n1,12.03.2026 00h00,\n", "detect_midnights"),
        (("Номер,Дата публикации,Дата ответа,Дата предварительного ответа\n"
         "1,12.03.2026 10:15,13.03.2026 10:00,12.03.2026 11:00\n"), "detect_several"),
        (("Номер,Дата регистрации,Дата ответа,Дата отправки сообщения жителем\n"
         "1,12.03.2026 10:15,13.03.2026 10:00,11.03.2026 11:00\n"), "detect_several"),
        ("Номер,Дата публикации,Дата ответа,Статус\n1,12.03.2026 10:15,,Отозвано\n",
         "detect_stopped"),
        (("Номер,Дата сообщения,Дата создания,Дата ответа\n"
         "1,12.03.2026 10:15,12.03.2026 12:00,\n"), "detect_several"),
        ("Номер,Событие,Время события\n1,Создано,12.03.2026 10:15\n1,Закрыто,12.03.2026 11:00\n",
         "detect_no_answer"),
        ("Номер,Событие,Время события\n1,Назначено,12.03.2026 10:15\n1,Ответ,12.03.2026 11:00\n",
         "detect_no_creation"),
        (("Номер,Событие,Время события\n1,Создано,12.03.2026 10:15\n"
         "1,Ответ,12.03.2026 11:00\n1,Согласовано,12.03.2026 10:40\n"), "detect_types"),
        (("Номер,Статус,Дата статуса\n1,Новое,12.03.2026 10:15\n1,Отвечено,12.03.2026 11:00\n"
         "1,Решено,12.03.2026 10:40\n"), "detect_statuses"),
        (('{"a": [{"id": 1, "created": "2026-03-12T10:15Z", "answered": null}],'
         ' "b": [{"id": 1, "created": "2026-03-12T10:15Z", "answered": null}]}'), "detect_path"),
        (('{"response": {"items": [{"id": 1, "from_id": 7, "date": 1773299700, "post_id": 5,'
         ' "owner_id": -9, "parents_stack": [], "text": "", "thread": {"count": 2,'
         ' "items": [{"id": 2, "from_id": 8, "date": 1773299800, "post_id": 5,' ' "owner_id": -9,'
         ' "parents_stack": [1], "text": ""}]}}]}}'), "detect_officials"),
    ],
)  # fmt: skip
def test_traps_are_asked_about(content: str, cause: str, tmp_path: Path) -> None:
    assert cause in asked(found_in(content, tmp_path))


LOG = "Номер,Статус,Дата статуса"


@pytest.mark.parametrize(
    ("content", "cause", "other"),
    [
        (HEAD + "1,2026-13-03 10:15,2026-04-03 9:15\n2,2026-12-03 10:15,\n", "detect_year_day",
         HEAD + "1,2026-03-13 10:15,2026-04-03 9:15\n2,2026-12-03 10:15,\n"),
        (HEAD + "1,2026-04-03 10:15,\n2,13.03.2026 10:15,\n", "detect_swapped",
         HEAD + "1,2026-04-03 10:15,\n2,12.03.2026 10:15,\n"),
        (HEAD + "1,12.03.2026 10:15,12.03.2062 11:00\n2,13.03.2026 10:15,\n", "detect_far",
         HEAD + "1,12.03.2026 10:15,12.12.2026 11:00\n2,13.03.2026 10:15,\n"),
        (HEAD + "1,12.03.2026 10:15,\n2,28 марта 2025 10:15,29 марта 2025 9:00\n"
         "3,13.03.2026 10:15,\n", "detect_far",
         HEAD + "1,12.03.2026 10:15,\n2,28 марта 2025 10:15,\n3,28 марта 2025 10:15,\n"
         "4,13.03.2026 10:15,\n"),
        (HEAD + "1,2026-04-03 10:15,\n2,13/03/2026 10:15,\n", "detect_swapped",
         HEAD + "1,2026-04-13 10:15,\n2,13/03/2026 10:15,\n"),
        (HEAD + '"1,23E+15",12.03.2026 10:15,\n', "detect_ids_rounded",
         HEAD + '"1,23E",12.03.2026 10:15,\n'),
        (HEAD + "1,12.03.2026 10:15,12.03.2026 11:00\n1,12.03.2026 10:15,13.03.2026 11:00\n",
         "detect_ids_repeat",
         HEAD + "1,12.03.2026 10:15,нет\n1,12.03.2026 10:15,13.03.2026 11:00\n"),
        (("Номер,Дата публикации,Дата ответа,Ведомство\n"
         "1,12.03.2026 10:15,12.03.2026 11:00,К1\n1,12.03.2026 10:15,,К2\n"), "detect_ids_repeat",
         ("Номер,Дата публикации,Дата ответа,Ведомство\n"
         "1,12.03.2026 10:15,12.03.2026 11:00,К1\n1,12.03.2026 10:15,,К1\n")),
        ("Номер,Дата публикации,Дата ответа,Статус\n1,12.03.2026 10:15,-,Ответ дан\n",
         "detect_untimed",
         "Номер,Дата публикации,Дата ответа,Статус\n1,12.03.2026 10:15,-,Не отвечено\n"),
        ("Номер,Дата публикации,Дата ответа,Дубликат\n1,12.03.2026 10:15,,да\n", "detect_flags",
         "Номер,Дата публикации,Дата ответа,Дубликат\n1,12.03.2026 10:15,,Нет\n"),
        ("Номер,Дата публикации,Дата ответа,Требует ответа\n1,12.03.2026 10:15,,нет\n",
         "detect_flags",
         "Номер,Дата публикации,Дата ответа,Требует ответа\n1,12.03.2026 10:15,,да\n"),
        ("Номер,Дата публикации,Дата ответа,Статус\n1,12.03.2026 10:15,,Не требует ответа\n",
         "detect_stopped",
         "Номер,Дата публикации,Дата ответа,Статус\n1,12.03.2026 10:15,,В работе\n"),
        ((f"{LOG},Дата создания\n1,Новое,12.03.2026 10:15,12.03.2026 9:00\n"
         "1,Ответ дан,12.03.2026 11:15,12.03.2026 9:00\n"), "detect_posted_unread",
         (f"{LOG},Дата создания\n1,Новое,12.03.2026 10:15,12.03.2026\n"
         "1,Ответ дан,13.03.2026 11:15,12.03.2026\n")),
        ((f"{LOG},Старый статус\n1,В работе,12.03.2026 10:15,Новое\n"
         "1,Ответ дан,12.03.2026 11:15,В работе\n"), "detect_status_before",
         (f"{LOG},Старый статус\n1,Новое,12.03.2026 10:15,\n"
         "1,Ответ дан,12.03.2026 11:15,Новое\n")),
        (("Номер,Событие,Дата события,Автор\n1,Создано,12.03.2026 10:15,Житель\n"
         "1,Ответ,12.03.2026 11:15,Житель\n"), "detect_citizens",
         ("Номер,Событие,Дата события,Автор\n1,Создано,12.03.2026 10:15,Комитет\n"
         "1,Ответ,12.03.2026 11:15,Комитет\n")),
        ("Номер,Дата публикации,Дата ответа,Дата приостановки\n1,12.03.2026 10:15,,12.03.2026\n",
         "detect_flags",
         "Номер,Дата публикации,Дата ответа,Дата передачи\n1,12.03.2026 10:15,,12.03.2026\n"),
        ("ID заявителя,Дата публикации,Дата ответа\n1,12.03.2026 10:15,\n", "detect_missing",
         "ID обращения гражданина,Дата публикации,Дата ответа\n1,12.03.2026 10:15,\n"),
        ("Номер,Дата публикации,Дата ответа заявителя\n1,12.03.2026 10:15,\n", "detect_asked",
         "Номер,Дата публикации обращения заявителя,Дата ответа\n1,12.03.2026 10:15,\n"),
        ("Номер,Дата публикации,Дата ответа,Время на ответ\n1,12.03.2026 8:15,12.03.2026,9:30\n",
         "detect_only_dates",
         "Номер,Дата публикации,Дата ответа,Время ответа\n1,12.03.2026 8:15,12.03.2026,9:30\n"),
        ("Номер,Дата публикации,Дата ответа,Время проверки\n1,12.03.2026 8:15,12.03.2026,9:30\n",
         "detect_only_dates",
         "Номер,Дата публикации,Дата ответа,Время\n1,12.03.2026 8:15,12.03.2026,9:30\n"),
        (('[{"id": 1, "created_at": "2026-03-12T10:15Z", "answered_at": null,'
         ' "replies": [{"date": "2026-03-12T10:30Z"}]}]'), "detect_lists",
         ('[{"id": 1, "created_at": "2026-03-12T10:15Z", "answered_at": null,'
         ' "replies": [], "photos": [{"date": "2026-03-12T10:30Z"}]}]')),
        ("Номер,Дата публикации,Дата ответа,Тип ответа\n1,12.03.2026 10:15,,Промежуточный\n",
         "detect_interim",
         "Номер,Дата публикации,Дата ответа,Тип ответа\n1,12.03.2026 10:15,,Полный\n"),
        (HEAD + "1,26.03.11 10:15,26.03.11 11:15\n2,26.03.12 10:15,\n", "detect_order",
         HEAD + "1,11.03.26 10:15,11.03.26 11:15\n2,12.03.26 10:15,\n"),
        (HEAD + "1,3/13/2026 12:00:00 AM,\n2,3/14/2026 12:00:00 AM,\n", "detect_midnights",
         HEAD + "1,3/13/2026 12:00:00 PM,\n2,3/14/2026 12:00:00 PM,\n"),
        (HEAD + "1,12.03.2026 10:15,13.03.2026 00:00\n2,12.03.2026 10:15,13.03.2026 0:00\n"
         "3,12.03.2026 10:15,12.03.2026 11:00\n", "detect_some_midnights",
         HEAD + "1,12.03.2026 10:15,13.03.2026 00:00\n2,12.03.2026 10:15,13.03.2026 10:00\n"),
        ("Время московское\n" + HEAD + "1,12.03.2026 10:15,\n", "detect_title_zone", "Выгрузка\n" +
         HEAD + "1,12.03.2026 10:15,\n"),
        ("Номер,Дата публикации,Дата ответа,Часовой пояс\n1,12.03.2026 10:15,,UTC+5\n",
         "detect_zone_column",
         "Номер,Дата публикации,Дата ответа,Часовой пояс\n1,2026-03-12T10:15+05:00,,UTC+5\n"),
        ("Номер,Дата публикации (UTC+5),Дата ответа (UTC+5)\n1,12.03.2026 10:15,\n",
         "detect_other_zone",
         "Номер,Дата публикации (UTC+5),Дата ответа (UTC+5)\n1,2026-03-12T10:15+05:00,\n"),
    ],
)  # fmt: skip
def test_what_contradicts_a_certain_reading_is_asked_about(
    content: str, cause: str, other: str, tmp_path: Path
) -> None:
    assert asked(found_in(content, tmp_path)) == [cause]
    assert asked(found_in(other, tmp_path)) == []


def test_dates_that_a_program_swapped_in_a_workbook_are_asked_about() -> None:
    head = ["Номер", "Дата публикации", "Дата ответа"]
    rows = [
        ["А-1", datetime(2026, 2, 3, 9, 5), datetime(2026, 2, 3, 10, 5)],
        ["А-2", datetime(2026, 10, 3, 9, 5), "13.03.2026 15:00"],
        ["А-3", "16.03.2026 9:00", "16.03.2026 10:10"],
    ]
    found = detect(BytesIO(workbook([head, *rows])), given=Given(tz=ZONE))
    assert asked(found) == ["detect_swapped"] * 2
    assert [doubt.keys for doubt in found.doubts] == [("posted_at",), ("answered_at",)]
    rows[0][1:] = datetime(2026, 3, 23, 9, 5), datetime(2026, 3, 23, 10, 5)
    assert asked(detect(BytesIO(workbook([head, *rows])), given=Given(tz=ZONE))) == []


def test_days_before_months_are_read_so_if_the_user_says_it(tmp_path: Path) -> None:
    rows = [f"{day},2026-{day:02}-03 10:15,\n" for day in range(2, 14)]
    found = found_in(HEAD + "".join(rows), tmp_path)
    [doubt] = found.doubts
    assert doubt.choices == ('datetime_format = "%Y-%d-%m %H:%M"',)
    assert doubt.question.facts["row"] == 13
    options = {**found.options, "datetime_format": "%Y-%d-%m %H:%M"}
    answered = replace(found, options=options, doubts=())
    with open_source(tmp_path / "sheet.csv", config_of(answered)) as source:
        times = [f"{event.occurred_at:%m-%d}" for item in source for event in item]
    assert times == [f"03-{day:02}" for day in range(2, 14)]


def test_the_row_and_the_date_far_from_all_others_are_named(tmp_path: Path) -> None:
    rows = [f"{day},{day}.03.2026 10:15,{day}.03.2026 11:15\n" for day in range(2, 12)]
    rows[4] = rows[4].replace("2026 11", "2062 11")
    [doubt] = found_in(HEAD + "".join(rows), tmp_path).doubts
    assert doubt.question.facts == {"value": date(2062, 3, 6), "row": 6}


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "1,12-03-2026 9~05,\n2,13-03-2026 9~15,\n",  # the form is asked for
        HEAD + "1,вчера,\n",
        HEAD + "1,03/04/2026 10:15,\n",
        (
            "Номер,Дата публикации,Дата регистрации,Дата ответа\n"
            "1,12.03.2026 10:15,12.03.2026 11:15,2026-03-12T12:15Z\n"
        ),
    ],
)
def test_the_zone_is_written_or_asked_for_with_the_other_questions(
    content: str, tmp_path: Path
) -> None:
    found = found_in(content, tmp_path)
    assert (len(found.doubts), found.options["tz"]) == (1, ZONE)
    found = found_in(content, tmp_path, tz=None)
    assert asked(found).count("detect_zone") == 1
    assert "tz" not in found.options


def test_a_regular_form_is_one_question(tmp_path: Path) -> None:
    rows = [f"{day},{day:02}-03-2026 9~05,{day:02}-03-2026 10~{day}\n" for day in range(10, 29)]
    found = found_in(HEAD + "".join(rows), tmp_path)
    [doubt] = found.doubts
    assert (doubt.question.cause, doubt.keys) == ("detect_form", ("datetime_format",))
    assert configuration_text(found, schedule={}).count('"?"') == 1
    options = {**found.options, "datetime_format": "%d-%m-%Y %H~%M"}
    with open_source(
        tmp_path / "sheet.csv", config_of(replace(found, options=options, doubts=()))
    ) as source:
        assert [len(item) for item in source] == [2] * 19


@pytest.mark.parametrize(
    ("head", "causes"),
    [
        ("First response time (in hrs),Closed time", ["detect_asked", "detect_spans_unread"]),
        ("Время ответа (мин),Категория", ["detect_no_answers", "detect_spans_unread"]),
        ("First response time (in hrs),First response time", []),
    ],
)
def test_how_long_an_answer_took_is_said_not_to_be_read(
    head: str, causes: list[str], tmp_path: Path
) -> None:
    row = "1,2026-03-12 10:15:00,23:32:58,2026-03-14 20:23:16\n"
    assert asked(found_in(f"Ticket ID,Created time,{head}\n{row}", tmp_path)) == causes


def test_one_form_with_other_words_is_one_question(tmp_path: Path) -> None:
    clocks = ("9:05 AM", "9:45 AM", "1:05 PM", "1:45 PM")
    rows = "".join(f'{at},"Mar 1{at}, 2026 {clock} EST",\n' for at, clock in enumerate(clocks))
    assert asked(found_in(HEAD + rows, tmp_path)) == ["detect_longer"]


def test_a_date_is_shown_with_the_time_of_day_of_its_own_row(tmp_path: Path) -> None:
    rows = "1,12.03.2026 10:15,нет,\n2,12.03.2026 10:15,13.03.2026,9:40\n"
    found = found_in(f"Номер,Подано,Дата ответа,Время ответа\n{rows}", tmp_path)
    shown = {reading.canonical: reading.values for reading in found.readings}
    assert shown["answered_at"] == ("2026-03-13 09:40",)


@pytest.mark.parametrize("names", [("Петров И.И.", "Ким А."), ("Петров И.И.", "Анна Ким")])
@pytest.mark.parametrize("day", ["10 мар. 2026 г. в 23:5", "10.03.2026 23:5"])
def test_a_name_after_the_times_is_said_with_the_question(
    day: str, names: tuple[str, str], tmp_path: Path
) -> None:
    head = "Номер,Подано,Ответ опубликован\n"
    rows = "".join(f"{at},9.03.2026 10:15,{day}{at} {name}\n" for at, name in enumerate(names))
    found = found_in(f"{head}{rows}3,9.03.2026 10:15,Ожидает ответа\n", tmp_path)
    assert asked(found) == ["detect_no_answers", "detect_longer"]
    assert found.doubts[0].choices[0] == 'answered_at = "Ответ опубликован"'


def test_a_text_with_a_time_is_not_offered_as_unanswered(tmp_path: Path) -> None:
    rows = "1,12.03.2026 10:15,отвечено 12.03 в 11:05\n2,12.03.2026 10:15,ждём\n"
    rows += "3,12.03.2026 10:15,12.03.2026 11:15\n4,12.03.2026 10:15,13.03.2026 9:00\n"
    [doubt] = found_in(HEAD + rows, tmp_path).doubts
    assert doubt.choices == ('"ждём" = ""',)
    assert doubt.keys == ('"отвечено 12.03 в 11:05"', '"ждём"')


@pytest.mark.parametrize(
    "posted",
    [
        "16 марта 2026 г. в 9 ч. 05 мин.",
        "9:05 16.03.2026",
        "16.03.2026 09.05 ч.",
        "16 мар 26 9:05",
        "16.03.2026 09:05 +3",
        "16.03.2026 09:05 МСК",
        "16.03.2026 10:05 мск+1",
    ],
)
def test_forms_of_people_are_read_without_a_question(posted: str, tmp_path: Path) -> None:
    found = found_in(HEAD + f"1,{posted},\n", tmp_path)
    assert asked(found) == []
    with open_source(tmp_path / "sheet.csv", config_of(found)) as source:
        [[event]] = source
    assert event.occurred_at == datetime(2026, 3, 16, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "causes"),
    [
        (["2", "12.03.2026 11:15", "12.03.2026 12:15"], ["detect_other_sheets"]),
        (["Выгружено", "12.03.2026 11:15"], []),
        (["12.03.2026", "2", "1"], []),
    ],
)
def test_rows_on_other_sheets_are_asked_about(
    row: list[str], causes: list[str], tmp_path: Path
) -> None:
    def fill(_: object, sheet: Any) -> None:
        own = [HEAD.strip().split(","), ["1", "12.03.2026 10:15", ""]]
        for number, cells in enumerate(own if sheet.name == "Лист1" else [row]):
            sheet.write_row(number, 0, cells)

    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx(fill, sheets=("Лист1", "Лист2")))
    assert asked(verified(detect(path, given=Given(tz=ZONE)), path)) == causes


def test_sheets_with_the_same_header_that_is_not_known_are_asked_about(tmp_path: Path) -> None:
    def fill(_: object, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Өтініш нөмірі", "Келіп түскен уақыты", "Мекеме"])
        sheet.write_row(1, 0, ["ЖТ-1", "12.03.2026 10:15", "Әкімдік"])

    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx(fill, sheets=("Наурыз", "Сәуір")))
    (doubt,) = (one for one in detect(path).doubts if one.keys == ("sheet",))
    assert doubt.choices == ('sheet = "Наурыз"', 'sheet = "Сәуір"')


def test_rows_that_look_like_heads_of_sections_are_noted(tmp_path: Path) -> None:
    rows = "ЖКХ,,\n1-ОГ,12.03.2026 10:15,\nДороги,,\n2-ОГ,,\nБ,12.03.2026 11:15,\nИтого,,\n"
    found = found_in(f"Номер,Дата публикации,Ответ (факт)\n{rows}", tmp_path)
    (note,) = (str(one) for one in found.notes if one.cause == "detect_heads")
    assert "look like heads of sections (2): 'ЖКХ', 'Дороги'; they are no appeals" in note


@pytest.mark.parametrize("midnight", ["", " 00:00", " 00:00:00", "T00:00:00.000"])
def test_a_date_with_midnight_is_joined_to_its_time_of_day(midnight: str, tmp_path: Path) -> None:
    head = "Номер,Дата публикации,Время публикации,Дата ответа\n"
    found = found_in(f"{head}1,2026-03-12{midnight},10:15,\n", tmp_path)
    assert (asked(found), found.options["tz"]) == ([], ZONE)


@pytest.mark.parametrize("time", ["12.03.2026 10:15", "1773299700", "1773299700000", "46093,427"])
def test_a_missing_time_may_be_any_column_that_has_times(time: str, tmp_path: Path) -> None:
    found = found_in(f'Номер,Шифр,Дата ответа\n1,"{time}",\n', tmp_path)
    (doubt,) = (one for one in found.doubts if one.question.cause == "detect_missing")
    assert doubt.choices == ('posted_at = "Шифр"',)


def test_a_key_that_only_late_records_have_is_seen(tmp_path: Path) -> None:
    record = '{"id": %d, "created_at": "2026-03-12T10:15Z", "answered_at": null%s}\n'
    late = ', "replied_at": "2026-03-12T11:15Z"'
    rows = "".join(record % (number, late if number > 1_000 else "") for number in range(1_002))
    assert found_in(rows, tmp_path).columns["answered_at"] == "replied_at"


def test_each_question_blocks_the_reading_until_it_is_answered(tmp_path: Path) -> None:
    for name, make in SHAPES.items():
        sheet = make(1)
        if not sheet.asks:
            continue
        _, found = detected_of(sheet, tmp_path)
        text = configuration_text(found, schedule={})
        if not all(doubt.section for doubt in found.doubts):
            continue  # a file that no configuration can read has none
        open_questions = [doubt for doubt in found.doubts if doubt.keys]
        assert open_questions, name
        for doubt in open_questions:
            assert all(f'{key} = "?"' in text for key in doubt.keys)
            assert all(f"# {line}" in text for line in doubt.choices)
        with pytest.raises(ConfigError, match="is an open question: "):
            parse_config(text, "written")


@pytest.mark.parametrize("lang", catalog.LANGUAGES)
def test_the_configuration_is_accepted_in_both_languages(lang: str, tmp_path: Path) -> None:
    for make in SHAPES.values():
        _, found = detected_of(make(1), tmp_path)
        with language(lang):
            text = configuration_text(found, schedule={"calendar": "RU-VGG"})
        comments = [line for line in text.splitlines() if line.startswith("# ")]
        answered = re.sub(r'(?m)^.* = "\?"', "#", text)
        assert parse_config(answered, "written").input.kind == (found.kind or "events")
        assert bool(re.search("[а-яё]", comments[0])) == (lang == "ru")


def test_names_and_values_cannot_leave_their_lines_of_toml(tmp_path: Path) -> None:
    evil = 'a"]\n[schedule]\ncalendar = "none"\x7f\\'
    quoted = '"' + evil.replace('"', '""') + '"'
    content = f"Номер,Дата публикации,Дата ответа,{quoted}\n1,12.03.2026 10:15,{quoted},x\n"
    with language("ru"):
        text = configuration_text(found_in(content, tmp_path), schedule={})
    assert text.count(' = "?"') == 1
    answered = text.replace(' = "?"', ' = ""')
    assert parse_config(answered, "written").schedule.calendar is None


FIXED = {
    "cloudevents_batch.json": "cloudevents",
    "cloudevents_structured.jsonl": "cloudevents",
    "jira_request_sla.json": "jira",
    "max_updates.json": "max",
    "ok_discussions_getComments.json": "ok",
    "open311_requests.json": "open311",
    "open311_requests.xml": "open311",
    "servicenow_task_sla.csv": "servicenow",
    "telegram_result_chat.json": "telegram",
    "telegram_result_full_bad_escape.json": "telegram",
    "vk_callback_journal.jsonl": "vk_callback",
    "vk_wall_getComments.json": "vk",
    "zammad_ticket_history.json": "zammad",
    "zammad_tickets.json": "zammad",
    "zendesk_ticket_metric_events.json": "zendesk",
}


@pytest.mark.parametrize(("name", "form"), FIXED.items())
def test_the_formats_of_networks_and_desks_are_recognised(name: str, form: str) -> None:
    found = verified(detect(SAMPLES / name, given=Given(tz=ZONE)), SAMPLES / name)
    assert found.options["format"] == form
    config = config_of(found)
    assert config.input.format == form
    if any(not doubt.is_read for doubt in found.doubts):
        return
    with open_source(SAMPLES / name, config) as source:
        events = [event for item in source if not isinstance(item, Fault) for event in item]
    assert events
    assert [one.values[0] for one in found.readings][:2] == [events[0].appeal_id, events[0].type]


def test_questions_about_the_formats_of_others() -> None:
    causes = {
        name: [doubt.question.cause for doubt in detect(SAMPLES / name).doubts] for name in FIXED
    }
    assert causes["open311_requests.json"] == ["detect_closing"]
    by_calendar = Given(tz=ZONE, of_calendar=True)
    found = detect(SAMPLES / "servicenow_task_sla.csv", given=by_calendar)
    assert found.doubts[0].question.cause == "detect_export_zone"
    with pytest.raises(SourceError, match="SESSION_EXPIRED"):
        detect(SAMPLES / "ok_error.json")
    assert asked(detect(SAMPLES / "vk_callback_confirmation.json")) == ["detect_no_events"]
    assert causes["zendesk_ticket_metric_events.json"] == []


@cache
def content_of(name: str) -> bytes:
    """Return the content of a sheet, the same each time: a workbook has the time of its making."""
    return SHAPES[name](1).content


PIECES = (b"", b"\0", b";", b",", b'"', b"\r\n", b"\xff", b"\xd0", b"\t", b"2026", b"03/04/2026")


@PROPERTY
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_mutated_sheets_raise_only_our_errors(name: str, data: st.DataObject) -> None:
    content = bytearray(content_of(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        width = data.draw(st.integers(0, 40))
        content[at : at + width] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=8))
    stream = BytesIO(bytes(content))
    try:
        found = verified(detect(stream, given=Given(tz=ZONE)), stream)
        config_of(found)
    except (SourceError, ConfigError):
        return


def test_bytes_of_other_encodings_and_of_none(tmp_path: Path) -> None:
    western = "id;created;answered;Zuständig\n1;12.03.2026 10:15;;Straßenamt\n".encode("cp1252")
    assert asked(found_in(western, tmp_path)) == ["detect_encoding"]  # it is never certain
    for content in (bytes(range(256)) * 20, b"\x7fELF\x02\x01\x01" + b"\0" * 90, b"a\0b" * 99):
        with pytest.raises(SourceError, match="not text"):
            found_in(content, tmp_path)
    for time, causes in (
        ("12.03.2026 10:15", ["detect_zone"]),
        ("2026-03-12T10:15+03:00", []),
        ("1773299700", []),
    ):
        assert asked(found_in(f"{HEAD}1,{time},\n", tmp_path, None)) == causes
