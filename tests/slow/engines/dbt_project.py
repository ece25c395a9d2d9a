"""Run dbt on a generated project, in DuckDB or in PostgreSQL, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


def dbt_program() -> str | None:
    """Return the program ``dbt``, that of this environment or of PATH."""
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or shutil.which("dbt")


class Project(NamedTuple):
    """A folder with ``dbt_project.yml``, and the target in which it is built."""

    folder: Path
    target: str
    address: str | None = None

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt and return what it printed."""
        program = dbt_program()
        assert program
        return subprocess.run(
            [program, "--no-use-colors", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def built(self) -> str:
        """Install the packages and build everything; return what dbt printed."""
        printed = ""
        for arguments in (["deps"], ["build"]):
            done = self.dbt(*arguments)
            printed += done.stdout + done.stderr
            assert done.returncode == 0, printed
        return printed

    def _environment(self) -> Mapping[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DBT_", "PG", "PYTHON"))
        }
        host = self.address.partition("host=")[2] if self.address else ""
        return {**kept, "DO_NOT_TRACK": "1", "DBT_TARGET": self.target, "PGHOST": host}
