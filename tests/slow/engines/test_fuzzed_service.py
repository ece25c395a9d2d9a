"""schemathesis finds nothing in the running service: a bounded run of tools/fuzz_service.py."""

import subprocess
import sys

import pytest

from kit.paths import ROOT

pytestmark = pytest.mark.engines

TOOL = ROOT / "tools/fuzz_service.py"


@pytest.mark.parametrize("options", [(), ("--tokens",), ("--store",), ("--store", "--tokens")])
def test_schemathesis_finds_nothing(options: tuple[str, ...]) -> None:
    pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    pytest.importorskip("uvicorn", reason="the extra service is not installed")
    bounds = ("--max-examples", "10", "--seed", "1", "--suppress-health-check", "all")
    done = subprocess.run(
        [sys.executable, str(TOOL), "--seconds", "0", *options, *bounds],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
