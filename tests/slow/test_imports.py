"""The package and a deadline in Russia import no third-party library."""

import subprocess
import sys

import pytest

DEADLINE = """
from datetime import datetime, timedelta
from workhours_sla import Schedule
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
office.deadline(datetime(2026, 3, 12, 10, 15, tzinfo=office.tz), timedelta(hours=4))
"""


def modules_after(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in shown.stdout.split()}


def foreign(code: str) -> set[str]:
    found = modules_after(code) - modules_after("pass")
    return {
        name
        for name in found
        if name not in sys.stdlib_module_names
        and not name.startswith("_sysconfigdata")  # CPython's own, loaded by zoneinfo
    } - {"workhours_sla"}


def test_importing_the_package_loads_no_third_party() -> None:
    assert foreign("import workhours_sla") == set()


def test_a_deadline_in_russia_loads_no_third_party_and_no_slow_module() -> None:
    assert foreign(DEADLINE) == set()
    slow = {"dataclasses", "inspect", "pathlib", "asyncio", "importlib.metadata", "decimal"}
    assert not slow & (modules_after(DEADLINE) - modules_after("pass"))


def test_the_command_due_loads_only_click() -> None:
    command = """
from workhours_sla.cli.main import main
main(["due", "31.10.2025 17:30", "--calendar", "RU-VGG"])
"""
    quiet = (
        "import contextlib, io\n"
        f"with contextlib.redirect_stdout(io.StringIO()):\n    exec({command!r})"
    )
    assert foreign(quiet) == {"click"}
    assert not {"decimal", "difflib", "shutil"} & (modules_after(quiet) - modules_after("pass"))


# -- without extras --------------------------------------------------------------------------

BLOCKED = """
import sys


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Missing())
"""
FRAMES = "'workhours-sla[pandas]' or 'workhours-sla[polars]' or 'workhours-sla[arrow]'"


def run_without(packages: tuple[str, ...], code: str) -> subprocess.CompletedProcess[str]:
    code = BLOCKED.format(packages=packages) + code
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_help_and_getmembers_need_no_numpy() -> None:
    code = """
import inspect, pydoc, workhours_sla
page = pydoc.plain(pydoc.render_doc(workhours_sla))
members = dict(inspect.getmembers(workhours_sla))
names = [name for name in workhours_sla.__all__ if name != "__version__"]  # help has VERSION
print(*(name for name in names if name not in members or name not in page))
"""
    done = run_without(("numpy",), code)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize("facade", ["config", "errors", "json", "stream"])
def test_a_facade_without_columns_needs_no_numpy(facade: str) -> None:
    done = run_without(("numpy",), f"import workhours_sla.{facade}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("packages", "code", "sentence"),
    [
        (
            ("numpy",),
            "import workhours_sla.columns",
            "columns need numpy: pip install 'workhours-sla[columns]'",
        ),
        (
            ("numpy",),
            "import workhours_sla.frames",
            f"frames need numpy: pip install {FRAMES}",
        ),
        (
            ("numpy",),
            "import workhours_sla.report",
            "reports need numpy: pip install 'workhours-sla[report]'",
        ),
        (
            ("pandas",),
            "from workhours_sla.report import Report, to_pandas; to_pandas(Report.__new__(Report))",
            "a DataFrame of pandas needs pandas: pip install 'workhours-sla[pandas]'",
        ),
        (
            ("polars",),
            "from workhours_sla.report import Report, to_polars; to_polars(Report.__new__(Report))",
            "a DataFrame of polars needs polars: pip install 'workhours-sla[polars]'",
        ),
        (
            ("xlsxwriter",),
            "from workhours_sla.report import *; write_workbook(Report.__new__(Report), 'x')",
            "workbooks need xlsxwriter: pip install 'workhours-sla[excel]'",
        ),
    ],
)
def test_a_function_that_needs_an_extra_names_it_in_one_sentence(
    packages: tuple[str, ...], code: str, sentence: str
) -> None:
    if packages != ("numpy",):
        pytest.importorskip("numpy")
    done = run_without(packages, code)
    assert done.stderr.splitlines()[-1] == f"ImportError: {sentence}"


@pytest.mark.parametrize(
    ("package", "content", "sentence"),
    [
        ("pyarrow", b"PAR1", "pyarrow: pip install 'workhours-sla[arrow]'"),
        ("pyarrow", b"ARROW1\0\0", "pyarrow: pip install 'workhours-sla[arrow]'"),
        ("openpyxl", b"PK\3\4", "openpyxl: pip install 'workhours-sla[excel]'"),
        (
            "python_calamine",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "python-calamine: pip install 'workhours-sla[excel]'",
        ),
        ("zstandard", b"\x28\xb5\x2f\xfd", "zstandard: pip install 'workhours-sla[zstd]'"),
    ],
)
def test_a_file_that_needs_an_extra_names_it_in_one_sentence(
    package: str, content: bytes, sentence: str
) -> None:
    code = f"""
from io import BytesIO
from workhours_sla.config.sections import Config
from workhours_sla.sources.appeal_file import open_source
list(open_source(BytesIO({content!r}), Config(), name="rows"))
"""
    done = run_without((package,), code)
    last = done.stderr.splitlines()[-1]
    assert last == f"workhours_sla.errors.SourceError: rows can be read only with {sentence}"
