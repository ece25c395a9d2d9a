"""The service with its standby as processes that are killed while a sender sends."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from kit.event_sender import Sender
from kit.served import TOKEN, WRITE
from tests.slow.engines.postgres_server import Server
from workhours_sla.stores.open import open_reader

TOKENS = '[service]\ntokens_env = "WORKHOURS_TOKENS"\n'
PATIENCE = 300
"""Seconds that a process has to start or to end."""
LONGEST = 3_600
"""Seconds that the whole stream has."""


class Service:
    """A process that serves a store, or waits for it."""

    def __init__(self, folder: Path, config: Path, place: str, sink: Path) -> None:
        command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(config)]
        options = ["--store", place, "--sink", str(sink), "--standby"]
        options += ["--skew", "0s", "--rate", "0", "--port", "0", "--lang", "en"]
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "WORKHOURS_TOKENS": f"read={TOKEN}\nwrite={WRITE}"},
            )
        self.port = 0
        self._has_said = Flag()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        self.port = int(found[1]) if found else 0
        self._has_said.set()

    def until_it_serves(self) -> int:
        """Wait until the process has the store, and return its port."""
        assert self._has_said.wait(PATIENCE)
        assert self.port, self.log.read_text(encoding="utf-8")
        return self.port

    def kill(self) -> bool:
        """Kill the process; return False if it had ended before."""
        self.process.kill()
        return self.process.wait(PATIENCE) == -signal.SIGKILL

    def close(self) -> None:
        """Kill the process if it runs."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()


class Trial:
    """A service and its standby, which take over from each other; counts what was done to them."""

    def __init__(self, folder: Path, config: str, place: str, chance: random.Random) -> None:
        self.folder, self.place, self.chance = folder, place, chance
        self.sink = folder / "changes.jsonl"
        self.done: Counter[str] = Counter()
        self._config = folder / "region.toml"
        self._config.write_text(config + TOKENS, encoding="utf-8")
        self._started: list[Service] = []

    def run(
        self,
        senders: Sequence[Sender],
        kills: int,
        server: Server | None = None,
        before_end: Callable[[], object] = lambda: None,
    ) -> None:
        """Send everything with ``kills`` kills; with a server, every third is its restart instead.

        ``before_end`` is called before the service is stopped.
        """
        try:
            active = self._next(senders)
            for sender in senders:
                sender.start()
            for number in range(1, kills + 1):
                standby = self._next()
                active.until_it_serves()
                senders[0].wait_for(number / (kills + 1))
                time.sleep(self.chance.random() * 0.3)  # any moment
                if server is not None and number % 3 == 0:
                    self._restart(server, active)
                else:
                    self.done["kills"] += active.kill()
                active = standby
                self._direct(senders, active.until_it_serves())
            for sender in senders:
                sender.finish(LONGEST)
            self._until_written()
            before_end()
            active.process.send_signal(signal.SIGTERM)
            assert active.process.wait(PATIENCE) == 0, active.log.read_text(encoding="utf-8")
        finally:
            for one in self._started:
                one.close()

    def _until_written(self) -> None:
        """Wait until the sink has every change; else the next start would write the rest."""
        end, count = time.monotonic() + LONGEST, 0
        with open_reader(self.place) as reader, self.sink.open("rb") as sink:
            while count < reader.last_change:
                assert time.monotonic() < end, f"{count} of {reader.last_change} changes"
                time.sleep(0.1)
                while part := sink.read(1_000_000):
                    count += part.count(b"\n")

    def _next(self, senders: Sequence[Sender] = ()) -> Service:
        made = Service(self.folder, self._config, self.place, self.sink)
        self._started.append(made)
        if senders:
            self._direct(senders, made.until_it_serves())
        return made

    @staticmethod
    def _direct(senders: Sequence[Sender], port: int) -> None:
        for sender in senders:
            sender.port = port

    def _restart(self, server: Server, active: Service) -> None:
        """Restart the server as after a crash: the active service ends, and the standby waits."""
        server.stop(at_once=True)
        server.start()
        assert active.process.wait(PATIENCE) == 2, active.log.read_text(encoding="utf-8")
        self.done["restarts"] += 1
