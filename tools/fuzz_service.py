"""Run schemathesis against the running service, which it starts on a free port.

For example ``python tools/fuzz_service.py --seconds 300 --store --tokens``. More options are those
of ``schemathesis run``. Needs the extra ``service`` and schemathesis. The exit status is 0 if
nothing was found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from urllib.request import Request, urlopen

REGION = """
[schedule]
calendar = "RU-VGG"

[target]
name = "first reply"
budget = "4h"
"""
RECEIVED = """
[service.vk]
secret_env = "WORKHOURS_SECRET"
confirmations = { "990000001" = "a1b2c3d4" }

[service.max]
secret_env = "WORKHOURS_SECRET"
"""
"""What a service with a store receives as well."""
SECRET = "WORKHOURS_SECRET"  # noqa: S105 - the name of a variable
TOKENS = '[service]\ntokens_env = "WORKHOURS_TOKENS"\n'
VARIABLE = "WORKHOURS_TOKENS"
CHECKS = Path(__file__).with_name("fuzz_checks.py")
REPLACED = ("negative_data_rejection", "positive_data_acceptance")
"""The checks of schemathesis in whose place are those of ``fuzz_checks.py``."""


@contextmanager
def served(folder: Path, token: str, *, with_store: bool, secret: str = "0" * 64) -> Iterator[str]:
    """Run the service on a free port and yield its address. Without ``token`` it has none."""
    config = folder / "region.toml"
    text = REGION + TOKENS * bool(token) + RECEIVED * with_store
    config.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(config)]
    if with_store:
        command += ["--store", str(folder / "appeals.db")]
    environment = {**os.environ, VARIABLE: f"write={token}", SECRET: secret}
    with (
        (folder / "log").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            [*command, "--port", "0", "--rate", "0", "--lang", "en"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - as it was started
            found = re.search(r"http://\S+:\d+", process.stdout.readline())
            if found is None:
                raise SystemExit((folder / "log").read_text("utf-8"))
            yield found[0]
        finally:
            process.terminate()
            process.wait(60)


def send(address: str, token: str) -> None:
    """Send the events of two appeals, so that there is something to answer about."""
    events = [
        {"appeal_id": "A-1", "type": "created", "occurred_at": "2025-10-31T10:00:00+03:00"},
        {"appeal_id": "A-1", "type": "replied", "occurred_at": "2025-10-31T11:00:00+03:00"},
        {"appeal_id": "A-2", "type": "created", "occurred_at": "2025-11-05T10:00:00+03:00"},
    ]
    more = {"agency_id": "roads", "district_id": "north", "channel": "vk"}
    body = json.dumps([one | more for one in events]).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{address}/v1/events", body, headers), timeout=60) as answer:  # noqa: S310
        assert answer.status == 202  # noqa: S101


def main() -> int:
    """Return the exit status of schemathesis."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=int, default=300, help="0: as many as --max-examples says"
    )
    parser.add_argument("--tokens", action="store_true", help="the service has a token")
    parser.add_argument("--store", action="store_true", help="the service has a store")
    known, rest = parser.parse_known_args()
    program = which("schemathesis", path=Path(sys.executable).parent) or which("schemathesis")
    if program is None:
        sys.exit("schemathesis is not installed: pip install schemathesis")
    token, secret = secrets.token_hex(32) if known.tokens else "", secrets.token_hex(32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(folder, token, with_store=known.store, secret=secret) as address:
            command = [program, "run", f"{address}/openapi.json"]
            if known.seconds:
                command += ["--max-time", str(known.seconds)]
            command += ["--exclude-checks", ",".join(REPLACED)]
            if token:
                command += ["--header", f"Authorization: Bearer {token}"]
            if known.store:
                send(address, token)
                command += ["--header", f"X-Max-Bot-Api-Secret: {secret}"]
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(CHECKS)}
            done = subprocess.run([*command, *rest], check=False, cwd=folder, env=environment)
        faults = [
            line
            for line in (folder / "log").read_text("utf-8").splitlines()
            if '"level": "error"' in line
        ]
        print(*faults[:20], sep="\n")
        return done.returncode or bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
