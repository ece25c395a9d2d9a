"""Replace each block ``{generated} NAME`` of a page by Markdown that is made from the code.

So the pages in the repository are short, and the site has what the code has now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from acts_of_years import acts_of_years
from configuration_keys import keys
from described import described
from markdown_table import table
from shell_commands import command_list, commands, document

from workhours_sla import errors
from workhours_sla.calendars.russia.regions import region, region_ids
from workhours_sla.json.documents import _BY_SCHEMA
from workhours_sla.service.problems import BAD_REQUEST, STATUSES
from workhours_sla.text.catalog import PROBLEMS, language

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SEARCHED = {"reference/cli": "cmdoption", "reference/configuration": "confval"}
"""The pages whose rows the search of the site finds by name, and their kind."""
BLOCK = re.compile(r"^```\{generated\} (\S+)(?: (\S+))?\n```$", re.MULTILINE)


def regions(lang: str) -> str:
    """Return the table of the regions of Russia, sorted by name."""
    head = {"en": ("region", "id", "time zone"), "ru": ("регион", "код", "часовой пояс")}[lang]
    others = {"en": " and others", "ru": " и другие"}[lang]
    rows = []
    for one in map(region, region_ids()):
        name = one.name_ru if lang == "ru" else one.name_en
        rows.append((name, f"`{one.id}`", one.tz + (others if one.other_zones else "")))
    return table(head, sorted(rows))


def schemas(lang: str) -> str:
    """Return the table of the JSON documents of values, with their keys."""
    head = {"en": ("schema", "keys"), "ru": ("схема", "ключи")}[lang]
    rows = [
        (f"`{schema}`", ", ".join(f"`{key}`" for key in form.__struct_encode_fields__))
        for schema, form in sorted(_BY_SCHEMA.items())
    ]
    return table(head, rows)


def kinds(lang: str, schema: str) -> str:
    """Return the table of the kinds of a value in a JSON document, with their keys."""
    head = {"en": ("kind", "keys"), "ru": ("kind", "ключи")}[lang]
    rows = []
    found = msgspec.json.schema(_BY_SCHEMA[schema], schema_hook=lambda _: {"type": "string"})
    for one in found["$defs"].values():
        kind = one.get("properties", {}).get("kind", {}).get("enum")
        if kind:
            others = (f"`{key}`" for key in one["properties"] if key != "kind")
            rows.append((f"`{kind[0]}`", ", ".join(others)))
    return table(head, rows)


def error_classes(lang: str) -> str:
    """Return the table of the errors and warnings: their builtin kind, facts and meaning."""
    head = {
        "en": ("error", "also a", "facts", "raised when"),
        "ru": ("ошибка", "она же", "сведения", "когда (по-английски, как в коде)"),
    }[lang]
    rows = []
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type):
            about = " ".join((kind.__doc__ or "").split("\n\n")[0].replace("``", "`").split())
            facts = ", ".join(f"`{one}`" for one in vars(kind).get("__annotations__", ()))
            about = re.sub(r"^(Raised|Issued) when ", "", about)
            also = f"`{kind.__bases__[-1].__name__}`"
            rows.append((f"`{name}`", also, facts, about.removesuffix(".")))
    return table(head, rows)


def problems(lang: str) -> str:
    """Return the table of the problems with which the service answers, by status."""
    head = {"en": ("problem", "status", "title"), "ru": ("ошибка", "код", "что это")}[lang]
    with language(lang):
        rows = [
            (f"`{kind}`", str(STATUSES.get(kind, BAD_REQUEST)), title)
            for kind, title in PROBLEMS.items()
        ]
    return table(head, sorted(rows, key=lambda row: row[1]))


MAKERS: dict[str, Callable[..., str]] = {
    "acts-of-years": acts_of_years,
    "command-list": command_list,
    "commands": commands,
    "described": described,
    "document": document,
    "errors": error_classes,
    "keys": keys,
    "kinds": kinds,
    "problems": problems,
    "regions": regions,
    "schemas": schemas,
}


@cache
def made(lang: str, name: str, argument: str | None) -> str:
    """Return the Markdown of a block."""
    return MAKERS[name](lang, *filter(None, [argument]))


def expanded(text: str, lang: str) -> str:
    """Return the text of a page with its blocks replaced, in a language."""
    return BLOCK.sub(lambda found: made(lang, found[1], found[2]), text)


def make_all(app: Sphinx) -> None:
    """Make all blocks before a page is read: the pages of modules change types of arguments."""
    for page in app.srcdir.rglob("*.md"):
        expanded(page.read_text("utf-8"), app.config.language)


def expand(app: Sphinx, name: str, source: list[str]) -> None:
    """Replace the blocks of a page before it is parsed, and let the search find its rows."""
    source[0] = expanded(source[0], app.config.language)
    kind = SEARCHED.get(name)
    for section, row in sorted(rows_of(source[0])) if kind else ():
        app.env.domains.standard_domain.note_object(kind, f"{section} {row}", section)


def rows_of(text: str) -> set[tuple[str, str]]:
    """Return each option or key of a page, with the anchor of its section."""
    found, section = set(), ""
    for line in text.splitlines():
        if heading := re.match(r"\{#([\w-]+)\}$|## ([a-z][a-z -]*)$", line):
            section = heading[1] or heading[2].replace(" ", "-")
        elif row := re.match(r"\| `(?:-\w, )?((?:--)?[a-z][\w-]+)", line):
            found.add((section, row[1]))
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the replacement to the reading of pages."""
    app.connect("builder-inited", make_all)
    app.connect("source-read", expand)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
