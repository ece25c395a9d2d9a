"""Errors of the command line in Russian: whole sentences that say what to do."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final, NamedTuple

import pytest

import workhours_sla
from workhours_sla.cli.main import main
from workhours_sla.text import catalog
from workhours_sla.text.catalog import ERRORS

HEADER = "event_id,appeal_id,type,occurred_at\n"
ROW = "1,A-1,created,2025-03-12T10:15+03:00\n"
APPEALS = "appeal_id,posted_at,answered_at\nA-1,2025-03-12T10:15+03:00,\n"
DUE = ("due", "31.10.2025 17:30")
TWO_TARGETS = "[[targets]]\nname = 'a'\nbudget = '4h'\n[[targets]]\nname = 'b'\nbudget = '5h'\n"


class Wrong(NamedTuple):
    """A wrong call: its arguments, the files it reads, and a part of the message in Russian.

    ``value`` is the text that both languages quote. ``theirs`` is the part that another library
    says in English.
    """

    command: tuple[str, ...]
    value: str
    russian: str
    files: Mapping[str, str | bytes] = MappingProxyType({})
    theirs: str = ""


def config(text: str, value: str, russian: str) -> Wrong:
    return Wrong((*DUE, "--config", "office.toml"), value, russian, {"office.toml": text})


def file(content: str | bytes, value: str, russian: str, settings: str = "") -> Wrong:
    files = {"events.csv": content, "office.toml": settings or "[input]\n"}
    return Wrong(("check", "events.csv", "--config", "office.toml"), value, russian, files)


def report(*options: str, value: str, russian: str) -> Wrong:
    files = {"events.csv": HEADER + ROW}
    return Wrong(("report", "events.csv", *options), value, russian, files)


WRONG: Final = (
    # -- usage
    Wrong(("watch", "x.jsonl"), "--config", "не указано хранилище"),
    # -- times
    Wrong(("due", "31.10.2025"), "'31.10.2025'", "нет времени суток"),
    Wrong(("due", "17:30"), "'17:30'", "нет даты"),
    Wrong(("due", "31.11.2025 10:00"), "'31.11.2025 10:00'", "такой даты нет"),
    Wrong(("due", "yesterday"), "'yesterday'", "нет времени суток"),
    Wrong(("due", "31.10.2045 10:00"), "2045", "не утверждён"),
    # -- calendars, hours, zones, amounts
    Wrong((*DUE, "--calendar", "Самра"), "'Самра'", "нет календаря"),
    Wrong((*DUE, "--calendar", "RU-XX"), "'RU-XX'", "нет региона России"),
    Wrong(
        (*DUE, "--calendar", "Georgia"),
        "US-GA",
        "возможно, вы имели в виду",
        theirs="United States, Georgia",
    ),
    Wrong((*DUE, "--calendar", "Europe/Oslo"), "'Europe/Oslo'", "часовой пояс, а не календарь"),
    Wrong((*DUE, "--calendar", "KZ"), "KZ", "нет часового пояса"),
    Wrong((*DUE, "--tz", "Europe/Volga"), "'Europe/Volga'", "нет часового пояса"),
    Wrong(("calendars", "Нигдея"), "'Нигдея'", "нет календаря"),
    Wrong(("due", "31.10.2098 17:30", "--calendar", "DE"), "2098", "нет данных за"),
    Wrong((*DUE, "--hours", "Mo-Sa 09:00-18:00"), "--week 6", "суббота"),
    Wrong((*DUE, "--hours", "Mo-Fr 18:00"), "'18:00'", "не промежуток времени"),
    Wrong((*DUE, "--hours", "Пон 9-18"), "Mo Tu We", "не день недели"),
    Wrong((*DUE, "--calendar", "none", "--hours", "9-18; PH off"), "PH off", "укажите календарь"),
    Wrong((*DUE, "--budget", "30 days"), "'30 days'", "может закончиться в выходной"),
    Wrong((*DUE, "--budget", "4 apples"), "'4 apples'", "не норматив"),
    Wrong((*DUE, "--roll", "none"), "--roll", "для норматива в днях"),
    Wrong((*DUE, "--budget", "1 month", "--roll=none", "--count-from=same_day"), "", "в днях"),
    Wrong((*DUE, "--target", "x"), "'x'", "а --config нет"),
    Wrong(
        (*DUE, "--config", "office.toml", "--budget", "30 days"),
        "'30 days'",
        "укажите --roll",
        {"office.toml": "[target]\nbudget = '4h'\n"},
    ),
    Wrong(
        (*DUE, "--config", "office.toml", "--target", "c"),
        "'c'",
        "нет норматива",
        {"office.toml": TWO_TARGETS},
    ),
    Wrong(
        (*DUE, "--config", "office.toml", "--target", "a"),
        "'a'",
        "не одно расписание",
        {
            "office.toml": "[[targets]]\nname = 'a'\nbudget = '4h'\nschedule_by = 'channel'\n"
            "[channels]\nvk = { schedule = 'default' }\n"
        },
    ),
    Wrong(
        ("forecast", "x.csv", "--config", "office.toml", "--budget", "5h"),
        "--budget",
        "несколько нормативов",
        {"office.toml": TWO_TARGETS},
    ),
    Wrong(("calendar", "DE", "2025", "--week", "6"), "6", "рабочей недели"),
    # -- files
    Wrong(("check", "no.csv"), "'no.csv'", "нет файла"),
    Wrong(("check", "."), "'.'", "это папка"),
    Wrong((*DUE, "--config", "no.toml"), "'no.toml'", "нет файла конфигурации"),
    Wrong((*DUE, "--config", "."), "'.'", "не удалось прочитать файл конфигурации")._replace(
        theirs="Is a directory"
    ),
    Wrong((*DUE, "--calendar-file", "no.toml"), "'no.toml'", "файл календаря")._replace(
        theirs="No such file or directory"
    ),
    Wrong(("check", "--store", "no.db"), "'no.db'", "нет хранилища"),
    Wrong(("check", "--store", "x.db"), "'x.db'", "пустой файл", {"x.db": b""}),
    Wrong(("outbox", "rewrite", "x", "--store", "no.db"), "'no.db'", "нет хранилища"),
    Wrong(("watch", "x.jsonl", "--store", "x.db", "--once"), "'x.jsonl'", "нет файла"),
    Wrong(
        ("watch", "x.jsonl", "--store", "no/x.db", "--once"),
        "'no/x.db'",
        "недоступно для записи",
        {"x.jsonl": b"{}\n"},
        "No such file or directory",
    ),
    Wrong(
        ("watch", "x.jsonl", "--store", "x.db", "--once", "--config", "office.toml"),
        "'utf-16'",
        "построчно",
        {"x.jsonl": b"{}\n", "office.toml": "[input]\nencoding = 'utf-16'\n"},
    ),
    Wrong(
        ("store", "check", "x.db"),
        "'x.db'",
        "не удалось открыть",
        {"x.db": b"text" * 500},
        "file is not a database",
    ),
    file("", "events.csv", "нет ни одной строки"),
    file("id,type,occurred_at\n", "'appeal_id'", "нет столбца"),
    file('event_id,"appeal_id\n', "events.csv", "заголовок не читается")._replace(
        theirs="unexpected end of data"
    ),
    file(b"PK\x03\x04\xff\xff", "events.csv", "книга повреждена"),
    file(b"\x1f\x8b\x08\0", "gzip", "сжатые данные (gzip) обрываются"),
    file(gzip.compress(b" " * 101_000_000), "300", "после распаковки"),
    file('{"a": 1}', "'b[]'", "наверху документа", '[input]\nformat = "json"\npath = "b[]"'),
    file('{"a": [{"b": 1}]}', "'a[]'", "записи лежат в массиве", '[input]\nformat = "json"'),
    file(
        "[]",
        "'b[].d'",
        "лежат в разных массивах",
        '[input]\nformat = "json"\n[columns]\nappeal_id = "a[].id"\noccurred_at = "b[].d"',
    ),
    file(HEADER + "1\0", "utf-8", "нулевой символ"),
    file("[]\n", "events.csv", "объектом JSON", '[input]\nformat = "jsonl"'),
    file(HEADER + "1,A-1,born,2025-03-12\n" * 3, "born", "отклонено строк: 3 из 3"),
    # -- TOML
    config("[input]\n[input]\n", "office.toml", "не TOML")._replace(
        theirs="cannot declare ('input',) twice (at line 2, column 7)"
    ),
    config("x = " + "9" * 5000 + "\n", "office.toml", "слишком много цифр"),
    Wrong((*DUE, "--config", "c.toml"), "c.toml", "UTF-8", {"c.toml": "# я".encode("cp1251")}),
    # -- keys and values of a configuration
    config("[inputs]\n", "inputs", "нет такого раздела"),
    config("[input]\nencodng = 'utf-8'\n", "input.encodng", "возможно, вы имели в виду"),
    config("[input]\nencoding = 'win'\n", "'win'", "нет кодировки текста"),
    config("[input]\ndatetime_format = '%d.%m'\n", "'%d.%m'", "не задаёт год"),
    config("[columns]\nanswered_at = 'x'\n", "columns.answered_at", "нет такого столбца"),
    config("[values.type]\nx = 'born'\n", "'born'", "не вид события"),
    config(
        "[[schedule.transfers]]\nfrom = 2026-05-07\nto = 2026-05-08\nact = 'x'\n",
        "2026-05-07",
        "не выходной",
    ),
    config(
        "[[schedule.transfers]]\nfrom = 2026-05-16\nto = 2026-05-17\nact = 'x'\n",
        "2026-05-17",
        "уже нерабочий день",
    ),
    config(
        "[schedule]\ncalendar = 'none'\n[schedule.days_off]\n2026-09-01 = 'x'\n",
        "schedule",
        "только при календаре",
    ),
    config("[target]\nschedule_by = 'channel'\n", "[channels]", "нет разделов"),
    config("preset = '59fz'\n", "presets.59fz.roll", "может закончиться в выходной"),
    config("preset = 'moscow'\n", "'moscow'", "нет готового набора"),
    config("[[rules]]\ntargets = ['a']\n", "rules", "нет ни [target]"),
    Wrong(
        ("explain", "31.10.2025 17:30", "--config", "office.toml"),
        "'a', 'b'",
        "несколько нормативов",
        {"office.toml": TWO_TARGETS},
    ),
    config("[target]\nwarn_percent = 100\n", "100", "от 1 до 99"),
    config(
        "[target]\nbudget = '7 working days'\non_transfer = 'resume'\n",
        "on_transfer",
        "не в рабочем времени",
    ),
    config(
        "[[targets]]\nname = 'a'\nbudget = '4h'\n[[rules]]\ntargets = ['b']\n",
        "'b'",
        "нет норматива",
    ),
    # -- reports, acts, and the rest
    report("--by", "agency", value="'agency'", russian="нет признака"),
    report("--as-of", "01.01.2020 10:00", value="--as-of", russian="нет обращений для отчёта"),
    report("--html", "no/x.html", value="'no/x.html'", russian="не удалось прочитать")._replace(
        theirs="No such file or directory"
    ),
    Wrong(
        (*DUE, "--calendar-file", "acts.toml"),
        "days_off[0].act",
        "нет акта",
        {"acts.toml": "[[days_off]]\ndate = 2026-09-01\nact = 'x'\n"},
    ),
    Wrong(("due", "31.10.9999 10:00"), "9999", "нельзя вести расчёт"),
    Wrong(("due", "30.03.2025 02:30", "--tz", "Europe/Berlin"), "+01:00", "переводе часов"),
    Wrong(("calendar", "RU", "1950"), "1950", "не определён день"),
)

ALLOWED: Final = re.compile(
    r"^[\w.-]+(?=: )|(?<=имели в виду )[\w.-]+|(?<=из списка: )[\w, -]+"  # choices
    r"|(?<=из значений: )[\w, ]+"
    r"|'[^']*'|\"[^\"]*\"|\([^()]*--help\)"  # quoted values, and the command to ask for help
    r"|--?[a-z][\w-]*(?:[= ][\w/]+)?"  # options
    r"|\[+[\w.-]+\]+|\b[a-z_]+(?:\.[\w-]+|\[\d+\])+(?:\.\w+)*"  # sections, paths of keys, files
    r"|\b[a-z_]+ = \S+|\b[a-z]+_[a-z_]+\b"  # keys
    r"|\b(?:Mo|Tu|We|Th|Fr|Sa|Su)\b|\b[A-Z]{2}(?:-[A-Z]{2,3})?\b|\b[A-Z][a-z]+/[A-Z][a-z]+\b|\b0x[0-9a-f]{2}\b"
    r"|\b(?:4h|90m|4h30m|PT4H30M|9h clock"
    r"|2 working days in hours|7 working days|30 days|1 month|T)\b"
    r"|\b(?:CSV|JSON Lines|JSON|TOML|Excel|zip|UTF-8|UTC|IANA|Python|SQLite)\b"
    r"|\b(?:utf-8|utf-16|cp1251|workhours|watch|store check|check|latest-start|[A-Z]{3,})\b"
    r"|(?<=workhours )calendars\b"
    r"|\b(?:true|false|following|preceding|none|default|off|roll|targets|target|overrides)\b"
    r"|\b(?:rules|inputs|schedule|week|tz|type|calendar|path|sheet)\b|\bcsv\b|\bjsonl\b"
    r"|\b(?:Parquet|Arrow|gzip|zstd)\b|(?<= )\.xlsx\b"
)
"""What a Russian sentence may have in Latin letters."""


def error_of(wrong: Wrong, lang: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a wrong call and return its message without the word before it."""
    for name, content in wrong.files.items():
        data = content if isinstance(content, bytes) else content.encode()
        folder.joinpath(name).write_bytes(data)
    given = [argument.replace("{lang}", lang) for argument in wrong.command]
    status = main([*given, *([] if "--lang" in given else ["--lang", lang])])
    err = capsys.readouterr().err
    assert status in (2, 3), err
    label = {"en": "Error: ", "ru": "Ошибка: "}[lang]
    assert label in err, err
    return err[err.index(label) + len(label) :].rstrip("\n")


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.russian)
def test_an_error_is_a_sentence_in_the_language_of_the_command(
    wrong: Wrong,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    russian = error_of(wrong, "ru", tmp_path, capsys)
    english = error_of(wrong, "en", tmp_path, capsys)
    assert wrong.theirs in russian
    russian = russian.replace(wrong.theirs, "")
    assert wrong.russian in russian
    assert wrong.value in russian, russian
    assert wrong.value in english, english
    assert re.findall(r"[A-Za-z]{2,}", ALLOWED.sub("", russian)) == [], russian
    assert not re.search(r"[а-яё]", re.sub(r"'[^']*'|\([^)]*\)", "", english)), english


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("due",), "не указан аргумент 'НАЧАЛО'. (см. workhours due --help)"),
        ((*DUE, "--quick"), "нет параметра '--quick'"),
        ((*DUE, "--week", "4"), "'--week': 4 — вне допустимых пределов 5<=x<=7"),
        (("calendar", "RU", "x"), "'ГОД': 'x' — не целое число"),
        (("due", "--lang", "ru", "x", "--hours"), "у параметра '--hours' нет значения"),
        (("due", "x", "--json=1"), "у параметра '--json' не бывает значения"),
        (("due", "31.10.2025", "17:30"), "лишний аргумент (17:30); уберите его; возьмите дату"),
        ((*DUE, "--roll", "back"), "'--roll': 'back' здесь не подходит; выберите"),
        (("chek", "x.csv"), "нет команды 'chek'. Возможно, вы имели в виду 'check'?"),
        (("serve",), "не указан параметр '--config'"),
    ],
)
def test_wrong_usage_is_explained_in_russian(
    command: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, *([] if "--lang" in command else ["--lang", "ru"])]) == 2
    err = capsys.readouterr().err
    assert err.startswith("Ошибка: ")
    assert text in err
    assert re.findall(r"[A-Za-z]{4,}", re.sub(r"'[^']*'|\(см.*|--\w+", "", err)) == []


BAD_ROWS: Final = {
    '{"event_id": 1.5}': "дробное число",
    "{x}": "не JSON",
    "[1]": "не объект в фигурных скобках",
    '{"event_id": "2", "appeal_id": ""}': "appeal_id: нет значения",
}


@pytest.mark.parametrize("stored", [False, True])
def test_the_details_of_rejected_rows_are_in_russian(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, stored: bool
) -> None:
    rows = tmp_path / "events.jsonl"
    event = (
        '{"event_id": "1", "appeal_id": "A", "type": "created", '
        '"occurred_at": "2025-03-12T10:15+03:00"}'
    )
    rows.write_text("\n".join((event, *BAD_ROWS)) + "\n")
    source = str(rows)
    options = ["--lang", "ru", "--min-read", "0"]
    if stored:
        store = str(tmp_path / "a.db")
        main(["watch", source, "--once", "--store", store, *options])
        main(["check", "--store", store, *options])
    else:
        main(["check", source, *options])
    out = capsys.readouterr().out
    for row, detail in BAD_ROWS.items():
        is_kept = not stored or row.startswith('{"')  # a store has only the columns of a row
        assert (detail if is_kept else "строка отклонена (") in out


OTHER_FACTS: Final = {
    "already_off": {"en", "ru"},
    "budget_around_the_clock": {"days"},
    "budget_days": {"days"},
    "denied": {"why"},
    "directory": {"why"},
    "entry": {"kind", "en", "ru"},
    "hours_on_days_off": {"names", "days"},
    "library_lacks": {"id", "bare"},
    "no_cases": {"of"},
    "region_named": {"en", "ru"},
    "russia_built_in": {"id", "bare"},
    "target_resume": {"budget"},
    "wrong_pages": {"found"},
}
"""The facts that only one of the languages shows, such as names of the other, keyed by cause."""


def test_a_sentence_has_the_same_facts_in_every_language() -> None:
    differences = {
        cause: placeholders(text) ^ placeholders(in_russian(cause))
        for cause, text in ERRORS.items()
    }
    assert {cause: names for cause, names in differences.items() if names} == OTHER_FACTS


@catalog.language("ru")
def in_russian(cause: str) -> str:
    return ERRORS[cause]


def placeholders(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.slow
def test_every_phrase_has_a_sentence_and_the_facts_of_both_languages() -> None:
    checked = 0
    for path in Path(workhours_sla.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "say" and call.args):
                continue
            if not isinstance(call.args[0], ast.Constant):
                continue  # the cause is chosen when the error is raised
            cause = call.args[0].value
            facts = {keyword.arg for keyword in call.keywords}
            english = ERRORS[cause]
            needed = placeholders(english) | placeholders(in_russian(cause))
            assert None in facts or needed <= facts, f"{path}:{call.lineno}: {cause}"
            checked += 1
    assert checked > 250


def test_every_text_of_the_catalog_is_in_both_languages() -> None:
    folder = Path(catalog.__file__).with_name("catalog")
    checked = 0
    for path in folder.rglob("*.toml"):
        tables = [(path.stem, catalog.read(str(path.relative_to(folder).with_suffix(""))))]
        for name, table in tables:
            for key, text in table.items():
                if isinstance(text, dict) and not text.keys() & {"en", "ru"}:
                    tables.append((f"{name}.{key}", text))
                    continue
                assert isinstance(text, str) or text.keys() == {"en", "ru"}, f"{name}: {key}"
                assert text if isinstance(text, str) else all(text.values()), f"{name}: {key}"
                checked += 1
    assert checked > 1_500
