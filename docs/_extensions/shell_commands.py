"""The reference of the commands in Markdown: their help, and what their examples print.

``docs/examples.toml`` has the examples. They run in one folder, in the order of the file.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import click
from markdown_table import table

from workhours_sla.cli.main import commands as workhours
from workhours_sla.cli.main import main
from workhours_sla.cli.output import BREACHES

DOCS = Path(__file__).parents[1]
LONGEST_EXAMPLE = 16
"""Lines of output that an example shows; dots replace the others."""
HEAD = {"en": ("option", "meaning", "default"), "ru": ("параметр", "смысл", "по умолчанию")}
OPTION = re.compile(r"^  (-\S.*?)(?:  +|\n +)(.*)$", re.MULTILINE)
COMMAND = re.compile(r"^  ([a-z]\S+)  +(.*)$", re.MULTILINE)
DEFAULT = re.compile(r"(.*\.) \[(.*)\]")
WORDS = re.compile(r"(?<!\w)(--[\w-]+)|([\[\]<>*_])")


def printed(line: str, lang: str, *, messages: bool = True) -> str:
    """Return what a command prints on standard output and, as ``messages``, on standard error."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    environment = {"LC_ALL": {"en": "C.UTF-8", "ru": "ru_RU.UTF-8"}[lang], "COLUMNS": "100"}
    errors = output if messages else io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors), patch.dict("os.environ", environment):
        status = main(shlex.split(line))
    output.seek(0)
    text = output.read()
    if status > BREACHES:
        msg = f"workhours {line} ended with {status}: {text}"
        raise RuntimeError(msg)
    return text


def help_of(name: str, lang: str) -> tuple[str, str, str]:
    """Return the usage of a command, what it does, and its lists of options and commands."""
    with patch.dict(workhours.context_settings, terminal_width=10_000):
        text = printed(f"{name} --help", lang)
    usage, about, lists = re.split(r"\n\n(?=  )|\n\n(?=\S+:\n)", text, maxsplit=2)
    while not re.match(r"\S+:\n", lists):
        paragraph, _, lists = lists.partition("\n\n")
        about += f"\n\n{paragraph}"
    return usage.partition(": ")[2], re.sub(r"^ +", "", about, flags=re.MULTILINE), lists


def names(group: click.Group = workhours, before: str = "") -> Iterator[str]:
    """Yield the words that call each command which is not a group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        inner = group.get_command(context, name)
        if isinstance(inner, click.Group):
            yield from names(inner, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def command_list(lang: str) -> str:
    """Return the list of all commands, each with a link to its section."""
    listed = COMMAND.findall(help_of("", lang)[2])
    sections = {name.split()[0]: name.replace(" ", "-") for name in reversed([*names()])}
    return "\n".join(f"- [`{name}`](#{sections[name]}): {plain(text)}" for name, text in listed)


def commands(lang: str) -> str:
    """Return a section for each command."""
    shown = examples(lang)
    return "\n\n".join(section(name, lang, shown.get(name, "")) for name in names())


def section(name: str, lang: str, example: str) -> str:
    """Return the section of a command."""
    usage, about, lists = help_of(name, lang)
    rows = []
    for option, text in OPTION.findall(lists):
        found = DEFAULT.fullmatch(text)
        meaning, default = found.groups() if found else (text, "")
        rows.append((f"`{option}`", plain(meaning), plain(default)))
    parts = [f"## {name}", plain(about), f"```text\n{usage}\n```", example, table(HEAD[lang], rows)]
    return "\n\n".join(part for part in parts if part)


@contextmanager
def folder_of_examples() -> Iterator[dict[str, str]]:
    """Make the folder in which the examples run the current one, and yield their arguments."""
    with TemporaryDirectory() as folder, chdir(folder):
        Path("examples").symlink_to(DOCS.parent / "examples")
        yield tomllib.loads((DOCS / "examples.toml").read_text("utf-8"))


def document(_lang: str, name: str) -> str:
    """Return a block with the JSON of a command's example, the first element of each list."""
    with folder_of_examples() as lines:
        line = f"{name} {lines[name]} --json"
        written = json.dumps(
            _shortened(json.loads(printed(line, "en", messages=False))),
            indent=2,
            ensure_ascii=False,
        )
    return f"```console\n$ workhours {line}\n{written}\n```"


def _shortened(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shortened(one) for key, one in value.items()}
    return [_shortened(one) for one in value[:1]] if isinstance(value, list) else value


def examples(lang: str) -> dict[str, str]:
    """Return a block with the example of each command, keyed by the command."""
    found = {}
    with folder_of_examples() as lines:
        for name, line in lines.items():
            output = printed(f"{name} {line}", lang).rstrip().splitlines()
            more = ["..."] if len(output) > LONGEST_EXAMPLE else []
            text = "\n".join([*output[:LONGEST_EXAMPLE], *more])
            found[name] = f"```console\n$ workhours {name} {line}\n{text}\n```"
    return found


def plain(text: str) -> str:
    """Return text for Markdown: options are code, and signs have no meaning."""
    text = text.replace("; - ", "; `-` ")
    return WORDS.sub(lambda found: f"`{found[1]}`" if found[1] else f"\\{found[2]}", text)
