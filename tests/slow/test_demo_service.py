"""The demo of the service starts, sends the example stream, and its screen shows the breaches."""

import os
import re
import subprocess
import sys

import pytest

from kit.paths import EXAMPLES, ROOT

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")


def test_the_demo_sends_the_stream_and_the_screen_lists_what_is_overdue() -> None:
    command = [sys.executable, str(EXAMPLES / "demo_service.py"), "--once"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", timeout=300, env=environment
    )
    assert done.returncode == 0, done.stderr
    counts = {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", done.stdout)}
    assert counts["applied"] > 5_000
    assert counts["overdue"] > 10
    listed = re.search(r"the screen lists (\d+)", done.stdout)
    assert listed
    assert int(listed[1]) >= 10
