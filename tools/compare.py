"""Compare two checkouts of the project on the same random inputs.

    python tools/compare.py OLD_CHECKOUT NEW_CHECKOUT [--seed N] [--size N] [--only PART ...]

Each part runs in one process for each checkout, with the programs beside this one:
compare_inputs.py makes the inputs and compare_answers.py answers them, a line for each. The lines
are compared. Differences are counted, grouped and shown; `REMOVED` names the removed features that
explain some. The exit status is 1 if others are left. `--size` is the number of appeals and of
questions; there are 40 rows of columns for each, and one file for 50.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("evaluate", "monitor", "verbs", "columns", "files", "text", "public")
REMOVED = {
    "budgets to the same time of day": r"same.time.*-> .*(Error|missing)|SameTime|examples.* same",
    "the evaluation of events by columns": r"--verbose",
    "the dialect of CSV": r"--csv-dialect|'dialect'",
    "plots by matplotlib": r"workhours_sla\.plots",
    "feeds, and calendars of due times": r"\bfeeds\b|write_due_calendar",
    "ClickHouse, BigQuery, Snowflake": r"sql --dialect",
    "SQL's rows and dbt's macros": r"\.(register_duckdb|dbt_package)\b",
    "caches of the fold, the store in memory, checksums": (
        r"\.(relevant|same_due_targets|is_due_as)\b|stream\.MemoryStore name"
        r"|stream\.StoreFault name|Store name \[1\]\.copies\."
    ),
    "consumer groups and the header of proxies": r"input\.group|proxy_header",
    "store commands without `watermark`": r"store (Verify or copy|Проверить или скопировать)",
    "questions without an example": r"choose it|выберите",
    "the steps of a trace have a rotation": r"workhours\.(step|trace)/3",
    "a kind of budget has its words": r"budget\.(units|kind|working_time): missing",
    "holidays of a part of a country": r"holidays 0\.\d+, ",
    "recovery inside broken JSON": r"broken json.*\.status: [013] -> 2$",
}
"""Patterns for "ID KIND PATH: OLD -> NEW", keyed by the feature that explains the difference."""
MISSING, SHOWN, GROUPS, WIDTH = "missing", 2, 12, 600


def _leaves(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the path, the old and the new value of each difference."""
    if isinstance(old, dict) and isinstance(new, dict) and ("error" in old) == ("error" in new):
        for key in sorted({*old, *new}):
            yield from _leaves(old.get(key, MISSING), new.get(key, MISSING), f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip_longest(old, new, fillvalue=MISSING)):
            yield from _leaves(one, other, f"{path}[{number}]")
    elif isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        lines = list(difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm=""))[2:]
        sides = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
        for one, other in zip_longest(*sides, fillvalue=MISSING):
            yield path, one, other
    elif old != new:
        yield path, old, new


class Tally:
    """The differences of a part."""

    def __init__(self) -> None:
        self.inputs = self.errors = self.left = 0
        self.explained: Counter[str] = Counter()
        self.groups: dict[str, list[str]] = defaultdict(list)

    def add(self, old: list[Any], new: list[Any]) -> None:
        """Count and group the differences of one input."""
        self.inputs += 1
        reasons, left = set(), set()
        for path, *values in _leaves(old[2:], new[2:]):
            before, after = (str(one)[:WIDTH] for one in values)
            text = f"{old[0]} {old[1]} {path}: {before} -> {after}"
            reason = next((name for name, of in REMOVED.items() if re.search(of, text)), None)
            if "same time" in str(old[2]):
                reason = reason or next(iter(REMOVED))
            if reason:
                reasons.add(reason)
            elif (group := re.sub(r"\d[\d:. +-]*", "N", path)) not in left:
                left.add(group)
                self.groups[group].append(f"{text}\n      {str(old[2])[:WIDTH]}")
        self.left += bool(left)
        self.explained.update(reasons if not left else ())

    def show(self, part: str, seconds: float) -> None:
        """Print the counts, and the first differences of each group."""
        counts = f"{self.inputs} inputs, {self.errors} with an error; {self.left} differ"
        print(f"{part}: {counts}, {self.explained.total()} explained; {seconds:.0f} s", flush=True)
        for reason, count in self.explained.most_common():
            print(f"  {count} by the removal of {reason}")
        for group, texts in sorted(self.groups.items(), key=lambda one: -len(one[1]))[:GROUPS]:
            print(f"  {len(texts)} at {group}")
            for text in texts[:SHOWN]:
                print(f"    {text}")
        if len(self.groups) > GROUPS:
            print(f"  and {len(self.groups) - GROUPS} more groups")


def _compare(part: str, checkouts: Sequence[Path], *numbers: int) -> Tally:
    """Run both workers, and pair their lines by id."""
    tally = Tally()
    waiting: list[dict[str, list[Any]]] = [{}, {}]
    with TemporaryDirectory() as folder, TemporaryFile() as errors:
        words = [sys.executable, "-m", "tools.compare_answers", part, *map(str, numbers)]
        fixed = {
            "LANG": "C.UTF-8",
            "LANGUAGE": "en",
            "TZ": "UTC",
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }
        workers = [
            subprocess.Popen(
                words,
                cwd=folder,
                env=os.environ | fixed | {"PYTHONPATH": f"{checkout / 'src'}{os.pathsep}{ROOT}"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            for checkout in checkouts
        ]
        for pair in zip_longest(*(worker.stdout or () for worker in workers)):
            if pair[0] == pair[1]:
                tally.inputs += 1
                tally.errors += b'{"error": ' in pair[0]
                continue
            for side, text in enumerate(pair):
                line = json.loads(text or "[null]")
                waiting[side][line[0]] = line
            for name in {line for line in waiting[0] if line in waiting[1]}:
                tally.add(*(lines.pop(name) for lines in waiting))
        if sum(worker.wait() for worker in workers):
            errors.seek(0)
            tally.groups["a worker failed"].append(errors.read().decode()[-2000:])
    for side, lines in enumerate(waiting):
        for line in lines.values():
            absent = [*line[:3], MISSING]
            tally.add(*((absent, line) if side else (line, absent)))
    return tally


def main() -> int:
    """Compare the parts, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", nargs=2, type=Path, metavar="CHECKOUT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=3, help="orders of events for the monitor")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    options = parser.parse_args()
    checkouts = [checkout.resolve() for checkout in options.checkouts]
    for checkout in checkouts:
        if not (checkout / "src" / "workhours_sla").is_dir():
            parser.error(f"{checkout} has no src/workhours_sla; give the folder of a checkout")
    different = 0
    for part in options.only:
        started = time.monotonic()
        tally = _compare(part, checkouts, options.seed, options.size, options.orders)
        tally.show(part, time.monotonic() - started)
        different += len(tally.groups)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
