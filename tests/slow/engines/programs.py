"""Programs of the machine that some tests run; without one, its tests are skipped."""

import subprocess
from pathlib import Path
from shutil import which

import pytest


def program(name: str, package: str) -> str:
    """Return the path of a program of a Debian package, or skip the test."""
    found = which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine; Debian's package {package} has it")
    return found


def run(*command: str | Path, text: str = "", at: Path | None = None) -> tuple[int, str]:
    done = subprocess.run(
        [*map(str, command)],
        input=text,
        cwd=at,
        check=False,
        timeout=120,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout
