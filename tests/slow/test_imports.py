"""The package and a deadline in Russia import no third party; what needs an extra names it."""

import subprocess
import sys

import pytest

DEADLINE = """
from datetime import datetime, timedelta
from workhours_sla import Schedule
office = Schedule("RU-VGG", "Mo-Fr 09:00-13:00,14:00-18:00")
office.deadline(datetime(2026, 3, 12, 10, 15, tzinfo=office.tz), timedelta(hours=4))
"""
DUE = """
import contextlib, io
from workhours_sla.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["due", "31.10.2025 17:30", "--calendar", "RU-VGG"])
"""


def modules_after(code: str) -> set[str]:
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return set(shown.stdout.split())


@pytest.mark.parametrize(
    ("code", "others", "slow"),
    [
        ("import workhours_sla", set(), set()),
        (
            DEADLINE,
            set(),
            {"dataclasses", "inspect", "pathlib", "asyncio", "importlib.metadata", "decimal"},
        ),
        (DUE, {"click"}, {"decimal", "difflib", "shutil"}),
    ],
)
def test_no_third_party_and_no_slow_module_is_loaded(
    code: str, others: set[str], slow: set[str]
) -> None:
    found = modules_after(code) - modules_after("pass")
    roots = {name.partition(".")[0] for name in found} - sys.stdlib_module_names
    # CPython's own, loaded by zoneinfo
    own = {"workhours_sla", *(name for name in roots if name.startswith("_sysconfigdata"))}
    assert (roots - own, found & slow) == (others, set())


BLOCKED = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
"""
HELP = """
import inspect, pydoc, workhours_sla
page = pydoc.plain(pydoc.render_doc(workhours_sla))
members = dict(inspect.getmembers(workhours_sla))
names = [name for name in workhours_sla.__all__ if name != "__version__"]  # help has VERSION
print(*(name for name in names if name not in members or name not in page))
"""
FILE = """
from io import BytesIO
from workhours_sla.config.sections import Config
from workhours_sla.sources.appeal_file import open_source
list(open_source(BytesIO({content!r}), Config(), name="rows"))
"""
FRAMES = "'workhours-sla[pandas]' or 'workhours-sla[polars]' or 'workhours-sla[arrow]'"
FRAME = "from workhours_sla.report import Report, to_{0}; to_{0}(Report.__new__(Report))"
BOOK = "from workhours_sla.report import *; write_workbook(Report.__new__(Report), 'x')"


def run_without(package: str, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BLOCKED.format(package=package) + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    "code",
    [HELP, *(f"import workhours_sla.{one}" for one in ("config", "errors", "json", "stream"))],
)
def test_help_and_facades_without_columns_need_no_numpy(code: str) -> None:
    done = run_without("numpy", code)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize(
    ("package", "code", "sentence"),
    [
        ("numpy", "import workhours_sla.columns", "columns need numpy: pip install {}[columns]'"),
        ("numpy", "import workhours_sla.frames", f"frames need numpy: pip install {FRAMES}"),
        ("numpy", "import workhours_sla.report", "reports need numpy: pip install {}[report]'"),
        *(
            (
                name,
                FRAME.format(name),
                f"a DataFrame of {name} needs {name}: pip install {{}}[{name}]'",
            )
            for name in ("pandas", "polars")
        ),
        ("xlsxwriter", BOOK, "workbooks need xlsxwriter: pip install {}[excel]'"),
    ],
)
def test_a_function_that_needs_an_extra_names_it_in_one_sentence(
    package: str, code: str, sentence: str
) -> None:
    if package != "numpy":
        pytest.importorskip("numpy")
    last = run_without(package, code).stderr.splitlines()[-1]
    assert last == f"ImportError: {sentence}".replace("{}", "'workhours-sla")


@pytest.mark.parametrize(
    ("package", "content", "extra"),
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
    package: str, content: bytes, extra: str
) -> None:
    last = run_without(package, FILE.format(content=content)).stderr.splitlines()[-1]
    assert last == f"workhours_sla.errors.SourceError: rows can be read only with {extra}"
