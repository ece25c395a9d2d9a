"""Start the HTTP service on a new store, and send it the example stream of a region up to now.

``make demo-service`` runs it. It prints the address of the coordinator's screen, and then sends
each event when it happens, until Ctrl+C. ``--once`` stops after the past events and prints what the
service answers. Needs the extra ``service``. The appeals are invented.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from generate_appeals import DEFAULT_SEED, Event, Parameters, Span, generate

CONFIG = Path(__file__).with_name("region.toml")
NAMES = [
    ('"reply on duty"', '"ответ дежурного"'),
    ('"reply to the point"', '"ответ по существу"'),
    ('"answer"', '"ответ на письмо"'),
]
"""Targets in Russian, as are the agencies; the service itself translates ``first reply``."""
AT_ONCE = 2_000
"""Events in one request."""
SECONDS = 60
"""How long one request may take."""
FUTURE_DAYS = 2
"""For how many days the demo has events."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the past events")
    parser.add_argument("--days", type=int, default=28, help="days before now (default: 28)")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args(arguments)
    now = datetime.now(UTC)
    events = stream(now, options.days, options.seed)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), options.port) as address:
        counts, following = send_past(address, events, now)
        print("events:", ", ".join(f"{count} {state}" for state, count in counts.items()))
        if options.once:
            print(summary(address))
            return 0
        print(f"open {address}/ in a browser; Ctrl+C stops", flush=True)
        follow(address, following)
    return 0


def stream(now: datetime, days: int, seed: int) -> Iterator[Event]:
    """Yield the events of a region in the order of their receipt, from some days before ``now``."""
    span = Span((now - timedelta(days=days)).date(), days + FUTURE_DAYS)
    return generate(Parameters(redelivered=25), seed, span=span)


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Run the service on a store in a folder, and yield its address."""
    config = CONFIG.read_text("utf-8")
    for name in NAMES:
        config = config.replace(*name)
    copy = folder / CONFIG.name
    copy.write_text(config, "utf-8")
    command = [sys.executable, "-m", "workhours_sla", "serve", "--config", str(copy)]
    command += ["--store", str(folder / "appeals.db"), "--port", str(port)]
    with (
        (folder / "log").open("w", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101
            found = re.search(r"http://\S+:\d+", process.stdout.readline())
            if found is None:
                process.wait(SECONDS)
                sys.exit((folder / "log").read_text("utf-8"))
            yield found[0]
        finally:
            process.terminate()
            process.wait(SECONDS)


def send_past(
    address: str, events: Iterable[Event], now: datetime
) -> tuple[dict[str, int], Iterator[Event]]:
    """Send the events received by ``now``. Return their counts by state, and the other events."""
    events = iter(events)
    counts: dict[str, int] = {}
    while part := list(islice(events, AT_ONCE)):
        past = [one for one in part if received(one) <= now]
        for state, count in send(address, past).items():
            counts[state] = counts.get(state, 0) + count
        if len(past) < len(part):
            return counts, iter([*part[len(past) :], *events])
    return counts, events


def follow(address: str, events: Iterable[Event]) -> None:
    """Send each event when it is received."""
    for event in events:
        time.sleep(max(0.0, (received(event) - datetime.now(UTC)).total_seconds()))
        send(address, [event])


def received(event: Event) -> datetime:
    """Return when an event is received."""
    return datetime.fromisoformat(event["received_at"])


def send(address: str, events: Sequence[Event]) -> dict[str, int]:
    """Send events, and return how many have each state."""
    found = asked(f"{address}/v1/events", json.dumps(list(events)).encode()) if events else {}
    counts: dict[str, int] = found.get("counts", {})
    return counts


def summary(address: str) -> str:
    """Return how many appeals are overdue and at risk, and how many of them the screen lists."""
    found = asked(f"{address}/v1/overdue?limit=1000")
    with urlopen(f"{address}/", timeout=SECONDS) as answer:  # noqa: S310
        screen = answer.read().decode()
    listed = sum(one["appeal_id"] in screen for one in found["outcomes"])
    counts = [f"{count} {verdict}" for verdict, count in found["counts"].items()]
    return f"{', '.join(counts)}; the screen lists {listed}"


def asked(address: str, body: bytes | None = None) -> Any:
    """Return the JSON that an address answers."""
    headers = {"Content-Type": "application/json"}
    request = Request(address, data=body, headers=headers)  # noqa: S310
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the service ends, too
    with suppress(KeyboardInterrupt):  # Ctrl+C ends it
        sys.exit(main())
