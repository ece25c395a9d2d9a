"""The notebooks as they are kept: one story in two languages, executed, and clean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kit.paths import EXAMPLES

FOLDER = EXAMPLES / "notebooks"
LANGUAGES = ("ru", "en")
LARGEST = 1_500_000
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
NOT_SAID_HERE = re.compile(
    r"/tmp|/home|/root|/Users|[A-Z]:\\|site-packages|ipykernel_"  # noqa: S108 - where it ran
    r"|\b0x[0-9a-f]{6}"  # an address in memory
    r"|Warning|Traceback"
)


def read(lang: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (FOLDER / f"from_events_to_report.{lang}.ipynb").read_text("utf-8")
    )
    return found


def code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def words_of(cell: dict[str, Any]) -> dict[str, Any]:
    """Return the variables that the first code cell sets, keyed by name."""
    said: dict[str, Any] = {}
    exec(source(cell), {}, said)  # noqa: S102 - plain words, and our own
    return said


def printed(output: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of an output."""
    for kind, value in output.get("data", {}).items():
        if not kind.startswith("image/"):
            yield "".join(value)
    yield "".join(output.get("text", ()))


def test_both_languages_have_the_same_cells() -> None:
    russian, english = (read(lang) for lang in LANGUAGES)
    kinds = [[cell["cell_type"] for cell in notebook["cells"]] for notebook in (russian, english)]
    assert kinds[0] == kinds[1]
    first, *rest = zip(code(russian), code(english), strict=True)
    assert len(rest) > 15
    for ours, theirs in rest:
        assert source(ours) == source(theirs)
        assert not re.search("[а-яё]", source(ours), re.IGNORECASE)
    ru, en = map(words_of, first)
    assert (ru["lang"], en["lang"]) == LANGUAGES
    assert list(ru) == list(en)
    assert list(ru["METHODS"]) == list(en["METHODS"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_notebook_is_in_its_own_language(lang: str) -> None:
    for cell in read(lang)["cells"]:
        if cell["cell_type"] == "markdown":
            assert bool(re.search("[а-яё]", source(cell), re.IGNORECASE)) == (lang == "ru")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notebooks_have_outputs_that_do_not_name_the_machine(lang: str) -> None:
    notebook = read(lang)
    cells = code(notebook)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    pictures = 0
    for cell in cells:
        for output in cell["outputs"]:
            assert output["output_type"] in {"display_data", "execute_result", "stream"}
            assert output.get("name") != "stderr", output
            for text in printed(output):
                assert not NOT_SAID_HERE.search(text), NOT_SAID_HERE.search(text)
            if "image/svg+xml" in output.get("data", {}):
                pictures += 1
                assert "".join(output["data"]["image/svg+xml"]).startswith("<svg")
    assert pictures == 9
    assert notebook["metadata"] == METADATA
    assert all(not cell["metadata"] for cell in notebook["cells"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_notebooks_are_small_and_their_links_exist(lang: str) -> None:
    path = FOLDER / f"from_events_to_report.{lang}.ipynb"
    assert path.stat().st_size < LARGEST
    links = [
        link
        for cell in read(lang)["cells"]
        if cell["cell_type"] == "markdown"
        for link in re.findall(r"\]\(([^)]+)\)", source(cell))
    ]
    assert links
    assert all((FOLDER / link).exists() for link in links)


def test_both_notebooks_compute_the_same_figures() -> None:
    russian, english = (
        [
            sorted(re.findall(r"<td>(-?[\d.]+)</td>", "".join(output["data"]["text/html"])))
            for cell in code(read(lang))
            for output in cell["outputs"]
            if 'class="dataframe"' in "".join(output.get("data", {}).get("text/html", ()))
        ]
        for lang in LANGUAGES
    )
    assert len(russian) > 5
    assert sum(map(len, russian)) > 50
    assert russian == english
