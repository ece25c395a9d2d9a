"""The pages of the documentation: their commands run, their files are valid, both languages agree.

Python examples (``>>>``) are run by pytest's doctest; ``tools/documents.py`` says how commands are
written and run.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from tools.documents import LANGUAGES, blocks_of, environment_of, run_page
from workhours_sla import errors
from workhours_sla.adapters.config.file import COLUMNS
from workhours_sla.adapters.json.documents import _BY_SCHEMA as SCHEMAS
from workhours_sla.calendars.russia.regions import region, region_ids
from workhours_sla.cli.main import commands, main
from workhours_sla.config import config_schema
from workhours_sla.sla.event import EVENT_FIELDS
from workhours_sla.text import catalog
from workhours_sla.text.catalog import QUARANTINE_REASONS
from workhours_sla.text.words import metavar

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for language in LANGUAGES for path in (DOCS / language).rglob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", *PAGES]
FACADES = {
    path.stem: f"workhours_sla.{path.stem}"
    for path in sorted((DOCS / "en/reference/api").glob("*.md"))
    if path.stem not in {"workhours_sla", "index"}
} | {"workhours_sla": "workhours_sla"}

NOT_RUN = re.compile(
    r"(python3? -m )?(pip|pipx|uv|git|make|sudo|docker|py|nox|cd|source|dbt|psql)\b|\.venv|#|$"
)
"""What a ``sh`` block may have: commands that install or fetch, or those that tests/engines run."""

OF_OTHERS = {"to_pandas", "to_polars"}
"""Functions whose results belong to another library."""


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


WITH_COMMANDS = [
    page for page in DOCUMENTS if any(one.language == "console" for one in blocks_of(page))
]


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=ids(WITH_COMMANDS))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    environment = environment_of(page, tmp_path, Path(sys.executable).parent)
    environment["PYTHONPATH"] = str(ROOT / "src")
    for ran in run_page(page, tmp_path, environment):
        assert ran.as_shown, (
            f"{page}:{ran.line}: $ {ran.command}\n{ran.printed}\ninstead of\n{ran.expected}"
        )


@pytest.mark.parametrize("page", DOCUMENTS, ids=ids(DOCUMENTS))
def test_blocks_are_run_or_checked(page: Path) -> None:
    for block in blocks_of(page):
        place = f"{page}:{block.line}"
        if block.language == "sh":
            wrong = [line for line in block.text.splitlines() if not NOT_RUN.match(line)]
            assert not wrong, f"{place}: write these commands as a console block: {wrong}"
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "python":
            assert block.caption or ">>> " in block.text, f"{place}: nothing runs this block"
        else:
            known = {
                "console",
                "text",
                "csv",
                "html",
                "ini",
                "yaml",
                "sql",
                "postgresql",
                "jinja",
                "jsonl",
                "bibtex",
            }
            assert block.language in known or block.language.startswith("{"), place


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_each_page_exists_in_both_languages(page: Path) -> None:
    language, *rest = page.relative_to(DOCS).parts
    other = next(one for one in LANGUAGES if one != language)
    assert DOCS.joinpath(other, *rest).exists()


@pytest.mark.parametrize("page", [one for one in PAGES if one.is_relative_to(DOCS / "ru")])
def test_russian_pages_link_no_english_page(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    assert not [one for one in links if "/en/" in one or one.endswith("README.md")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_that_the_architecture_names_exist(language: str) -> None:
    page = (DOCS / language / "explanation/architecture.md").read_text("utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:\.py|/))`", page)
    assert len(named) > 40
    roots = (ROOT / "src/workhours_sla", ROOT)
    assert not [one for one in named if not any((root / one).exists() for root in roots)]


@pytest.mark.parametrize(("page", "module"), FACADES.items())
def test_reference_has_every_public_name(page: str, module: str) -> None:
    pytest.importorskip("numpy")
    english = (DOCS / "en/reference/api" / f"{page}.md").read_text("utf-8")
    assert re.search(rf"^\.\. public-names:: {module}$", english, re.MULTILINE)
    russian = (DOCS / "ru/reference/api" / f"{page}.md").read_text("utf-8")
    names = import_module(module).__all__
    assert not [one for one in names if not re.search(rf"`{one}\b", russian)]


def test_every_public_module_has_a_page() -> None:
    modules = {path.stem for path in (ROOT / "src/workhours_sla").glob("*.py")}
    modules -= {"__init__", "__main__", "argument_types", "module_names", "version"}
    assert modules | {"workhours_sla"} == FACADES.keys()


def test_russian_page_of_reports_names_the_attributes_of_results() -> None:
    pytest.importorskip("numpy")
    report = import_module("workhours_sla.report")
    page = (DOCS / "ru/reference/api/report.md").read_text("utf-8")
    names = [name for name in report.__all__ if name.islower() and name not in OF_OTHERS]
    kinds = [get_type_hints(getattr(report, name))["return"] for name in names]
    results = {kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)}
    shown = {field.name for kind in results for field in fields(kind)}
    assert not {name for name in shown if f"`{name}`" not in page}


@pytest.mark.parametrize("name", errors.__all__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_are_explained(language: str, name: str) -> None:
    page = (DOCS / language / "reference/errors.md").read_text("utf-8")
    section = re.search(rf"^### {name}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert section
    kind = getattr(errors, name)
    assert re.search(rf"\b{kind.__bases__[-1].__name__}\b", section[1])
    assert not [fact for fact in kind.__annotations__ if f"`{fact}`" not in section[1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_of_quarantine_are_explained(language: str) -> None:
    page = (DOCS / language / "reference/errors.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE)
    with catalog.language(language):
        assert rows == list(QUARANTINE_REASONS.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_of_events_are_listed_with_their_types(language: str) -> None:
    page = (DOCS / language / "reference/events.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+)(, \w+)? \|", page, re.MULTILINE)
    fields = [(field.name, field.type.__name__, field.required) for field in EVENT_FIELDS]
    assert [(name, kind, bool(needed)) for name, kind, needed in rows] == fields


@pytest.mark.parametrize("language", LANGUAGES)
def test_schemas_of_values_are_listed(language: str) -> None:
    page = (DOCS / language / "reference/stability.md").read_text("utf-8")
    listed = re.findall(
        r"`(?:workhours\.)?([a-z_]+/\d)`", page.split("workhours_sla.json` |")[1].split("|")[0]
    )
    assert sorted(f"workhours.{one}" for one in listed) == sorted(SCHEMAS)


# -- the reference of the command line and of the configuration ------------------------------

HEADING = re.compile(r"^(?:\{#([\w-]+)\}\n)?(#{2,4}) (.+)$", re.MULTILINE)
SECTIONS = {
    "sections": "Config",
    "schedule": "ScheduleSettings",
    "targets": "TargetSettings",
    "agencies": "AgencyBody",
    "report": "ReportSettings",
    "sinks": "WebhookSettings",
    "store": "StoreSettings",
    "service": "ServiceSettings",
    "service-vk": "VkSettings",
    "service-max": "MaxSettings",
    "email": "EmailSettings",
    "kafka": "KafkaSettings",
    "rules": "RuleRow",
    "published-norms": "PresetSettings",
    "input": "Input",
}
"""A mapping from the anchors of configuration.md to the definitions that the sections show."""
REQUIRED_KEYS = dict.fromkeys(SECTIONS.values(), frozenset[str]()) | {
    "ScheduleSettings": {"from", "to", "act"},
    "RuleRow": {"targets"},
    "WebhookSettings": {"kind", "url", "secret_env"},
    "EmailSettings": {"kind", "host", "from"},
    "VkSettings": {"secret_env"},
    "MaxSettings": {"secret_env"},
    "KafkaSettings": {"kind", "brokers", "topic"},
}
"""The keys that the Russian tables of a definition call required."""


def sections_of(page: Path) -> dict[str, str]:
    """Return the text below each heading of a page, keyed by the anchor of the heading."""
    text = page.read_text("utf-8")
    found = list(HEADING.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return {
        one[1] or re.sub(r"[^\w -]", "", one[3]).strip().lower().replace(" ", "-"): text[
            one.end() : end
        ]
        for one, end in zip(found, ends, strict=True)
    }


def rows_of(section: str) -> dict[str, str]:
    """Return the rows of the tables of a section, keyed by the first word in their first cell."""
    rows = re.findall(r"^\| `([^`\s]+)[^|]*\|(.*)$", section.replace(r"\|", "/"), re.MULTILINE)
    return {key: row for keys, row in rows for key in keys.split(",")}


def all_commands() -> dict[str, click.Command]:
    """Return each command that is not a group, keyed by its name."""
    found: dict[str, click.Command] = {}
    todo: list[tuple[str, click.Command]] = [("", commands)]
    while todo:
        name, command = todo.pop()
        if isinstance(command, click.Group):
            context = click.Context(command)
            for inner in command.list_commands(context):
                one = command.get_command(context, inner)
                assert one is not None
                todo.append((f"{name} {inner}".strip(), one))
        else:
            found[name] = command
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "command"), all_commands().items(), ids=all_commands())
def test_reference_has_every_option(language: str, name: str, command: click.Command) -> None:
    sections = sections_of(DOCS / language / "reference/cli.md")
    section = sections[name.replace(" ", "-")]
    linked = [sections[anchor] for anchor in re.findall(r"\]\(#([\w-]*options)\)", section)]
    rows = {key: row for part in (section, *linked) for key, row in rows_of(part).items()}
    usage = re.search(rf"^workhours {name}\b(.*)$", section, re.MULTILINE)
    assert usage
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            name = (parameter.metavar or parameter.name or "").upper()
            with catalog.language(language):
                assert metavar(name) in usage[1]
            continue
        row = rows.pop(parameter.opts[0])
        if parameter.metavar and parameter.metavar != "N":
            with catalog.language(language):
                value = metavar(parameter.metavar)
            shown = (section + "".join(linked)).replace(r"\|", "|")
            assert f"`{parameter.opts[0]} {value}`" in shown
        if parameter.default and isinstance(parameter.default, str | int | float):
            assert parameter.default is True or f"{parameter.default:}".removesuffix(".0") in row
        if isinstance(parameter.type, click.Choice):
            values = f"{parameter.opts[0]} {'/'.join(parameter.type.choices)}"
            assert values in (section + "".join(linked)).replace(r"\|", "/")
    assert not [key for key in rows if key.startswith("--")], "the command has no such option"


@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_has_every_key_of_a_configuration(language: str) -> None:
    sections = sections_of(DOCS / language / "reference/configuration.md")
    definitions = config_schema()["$defs"]
    assert {*definitions} == {*(*SECTIONS.values(), "Body", "TargetRow", "Transfer", "EventType")}
    assert definitions["TargetRow"]["properties"].keys() == (
        definitions["TargetSettings"]["properties"].keys()
    )
    for anchor, name in SECTIONS.items():
        section, keys = sections[anchor], definitions[name]["properties"]
        if name == "ScheduleSettings":
            keys |= definitions["Transfer"]["properties"]
        if language == "en":
            assert f".. configuration-keys:: {name}\n" in section
            continue
        rows = rows_of(section)
        assert rows.keys() == keys.keys(), anchor
        for key, spec in keys.items():
            chosen = [*spec.get("enum", ()), *spec.get("anyOf", [{}])[0].get("enum", ())]
            assert not [one for one in chosen if f"`{json.dumps(one)}`" not in rows[key]], key
            assert ("обязателен" in rows[key]) == (key in REQUIRED_KEYS[name]), key
            default = spec.get("default")
            if default not in {None, ""}:
                assert f"`{json.dumps(default)}`" in rows[key], key


# -- the reference of JSON and of files -------------------------------------------------------

ROWS = "appeal_id,posted_at,answered_at\nA-1,2026-03-12T10:15+03:00,\n"
DOCUMENTS_OF_COMMANDS = {
    "due-elapsed-latest-start": ("due 2025-10-31T17:30", "latest-start 2025-10-31T17:30"),
    "elapsed": ("elapsed 2025-10-31T17:30 2025-11-01T12:00 --explain",),
    "days": ("days 2025-10-30 2025-11-05 --explain",),
    "check": ("check rows.csv --config rows.toml --explain",),
    "forecast": ("forecast rows.csv --config rows.toml --since 2026-03-12",),
    "calendar": ("calendar RU 2025",),
    "report": ("report rows.csv --config rows.toml",),
}
"""A mapping from the anchors of json.md to commands whose documents the sections describe."""
OF_OTHER_SECTIONS = {"policy", "targets", "rules", "schedules", "presets", "unmatched", "counts"}


def keys_of(document: object, depth: int = 2) -> set[str]:
    """Return the keys of a document and of the lists and objects in it, down to a depth."""
    if isinstance(document, list):
        return set().union(*(keys_of(one, depth) for one in document[:1]))
    if not isinstance(document, dict) or not depth:
        return set()
    inner = {key: one for key, one in document.items() if key not in OF_OTHER_SECTIONS}
    return set(document).union(*(keys_of(one, depth - 1) for one in inner.values()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("anchor", DOCUMENTS_OF_COMMANDS)
def test_reference_has_every_key_of_json(
    anchor: str,
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if anchor == "report":
        pytest.importorskip("numpy")
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text(ROWS, "utf-8")
    Path("rows.toml").write_text('[input]\nkind = "appeals"\n', "utf-8")
    sections = sections_of(DOCS / language / "reference/json.md")
    text = sections.get(anchor) or sections["due-elapsed-latest-start"]
    text += sections["check"] if anchor == "forecast" else ""
    for command in DOCUMENTS_OF_COMMANDS[anchor]:
        as_of = ["--as-of", "2026-03-16T12:00"] if "rows.csv" in command else []
        main([*command.split(), *as_of, "--json"])
        document = json.loads(capsys.readouterr().out)
        keys = keys_of(document, 1 if anchor in {"forecast", "calendar"} else 2)
        if anchor == "report":
            keys = {*document, *document["report"]}
        assert f"`{document['schema']}`" in text
        assert not [key for key in keys if f"`{key}`" not in text], command


@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_has_every_key_of_values(language: str) -> None:
    page = (DOCS / language / "reference/json.md").read_text("utf-8")
    rows = rows_of(sections_of(DOCS / language / "reference/json.md")["values"])
    for name in ("values", "schedules"):
        stored = json.loads((ROOT / f"tests/data/serial/{name}.json").read_text("utf-8"))
        for document in stored.values():
            schema = document.pop("schema")
            text = page if schema == "workhours.change/2" else rows[schema]
            assert not [key for key in document if f"`{key}`" not in text], schema


@pytest.mark.parametrize("language", LANGUAGES)
def test_reference_has_every_column_and_reason(language: str) -> None:
    sections = sections_of(DOCS / language / "reference/files.md")
    with catalog.language(language):
        reasons = dict(catalog.QUARANTINE_REASONS)
    for reason, text in reasons.items():
        row = re.search(rf"^\|.*`{reason}`.*$", sections["quarantine"], re.MULTILINE)
        assert row
        assert text in row[0]
    for kind, anchor in (("events", "a-row-per-event"), ("appeals", "a-row-per-appeal")):
        assert not [one for one in COLUMNS[kind] if f"`{one}`" not in sections[anchor]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_region_is_listed(language: str) -> None:
    page = (DOCS / language / "reference/regions.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| `([\w-]+)` \| (\S+)", page, re.MULTILINE)
    known = [region(name) for name in region_ids()]
    names = {one.id: one.name_ru if language == "ru" else one.name_en for one in known}
    assert {(name, code, zone) for name, code, zone in rows} == {
        (names[one.id], one.id, one.tz) for one in known
    }
