"""Figures of a benchmark: the values, their targets, and a comparison with a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from benchmarks.timing import Timings

WORSE = 1.25
"""A figure is reported as worse if its ratio to the baseline is at least this."""


@dataclass(frozen=True)
class Line:
    """A measured figure.

    ``sense`` says whether low or high values are good. ``target`` is the value to reach, if any.
    """

    path: str
    figure: str
    value: float
    unit: str
    sense: Literal["at most", "at least"]
    target: float | None = None
    times: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the target is met, None if there is no target."""
        if self.target is None:
            return None
        if self.sense == "at most":
            return self.value <= self.target
        return self.value >= self.target

    @property
    def comparable(self) -> bool:
        """Whether the figure can be compared with the figure of another machine or another day."""
        return self.unit in {"x", "KB", "modules"}

    def as_json(self) -> dict[str, Any]:
        """Return the figure as JSON data, with whether its target is met."""
        return asdict(self) | {"passed": self.passed}


class Measured(NamedTuple):
    """The figures of one comparison, and the times that they were computed from."""

    lines: list[Line]
    timings: dict[str, Timings]

    def as_json(self) -> dict[str, Any]:
        """Return the figures and their times as JSON data."""
        timings = {path: times.as_json() for path, times in self.timings.items()}
        return {"lines": [line.as_json() for line in self.lines], "timings": timings}


def most(
    path: str, figure: str, value: float, unit: str, target: float | None = None, times: str = ""
) -> Line:
    """Return the Line of a figure that should be low."""
    return Line(path, figure, value, unit, "at most", target, times)


def least(
    path: str, figure: str, value: float, unit: str, target: float | None = None, times: str = ""
) -> Line:
    """Return the Line of a figure that should be high."""
    return Line(path, figure, value, unit, "at least", target, times)


def faster(
    path: str,
    times: Timings,
    ours: str,
    other: str,
    target: float | None = None,
    figure: str = "",
    unit: str = "ns/row",
) -> Line:
    """Return the Line of the ratio of another library's time to this library's time."""
    shown = versus(times[ours], times[other], unit)
    return least(
        path, figure or f"faster than {other}", times.ratio(other, ours), "x", target, shown
    )


def share(
    path: str, times: Timings, ours: str, plain: str, target: float | None, figure: str
) -> Line:
    """Return the Line of the ratio of this library's time to the time of a simpler calculation."""
    shown = versus(times[ours], times[plain], "ns/row")
    return most(path, figure, times.ratio(ours, plain), "x", target, shown)


def versus(ours: float, theirs: float, unit: str) -> str:
    """Return the text of the two times behind a ratio; both are given in nanoseconds."""
    scale = 1000 if unit.startswith("us") else 1
    return f"{figures(ours / scale)} : {figures(theirs / scale)} {unit}"


def figures(value: float) -> str:
    """Format a number with three significant figures; a large number becomes an integer."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(lines: Iterable[Line]) -> str:
    """Return the figures as a table in plain text."""
    rows = [("path", "figure", "target", "measured", "", "ours : theirs")]
    path = ""
    for line in lines:
        unit = "" if line.unit == "x" else f" {line.unit}"
        sign = "<=" if line.sense == "at most" else ">="
        target = "" if line.target is None else f"{sign} {line.target:,g}{unit or 'x'}"
        verdict = {True: "pass", False: "MISS", None: ""}[line.passed]
        value = figures(line.value) + (unit or "x")
        shown = line.path if line.path != path else ""
        rows.append((shown, line.figure, target, value, verdict, line.times))
        path = line.path
    return columns(rows, right={2, 3})


def columns(rows: Sequence[tuple[str, ...]], right: set[int]) -> str:
    """Return rows as aligned text; ``right`` has the indexes of right-aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def worse(lines: Iterable[Line], baseline: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each figure that is worse than in an earlier result.

    Only ratios and sizes are compared, because times depend on the machine too.
    """
    before = {(line["path"], line["figure"]): line["value"] for line in baseline["lines"]}
    found = []
    for line in lines:
        old = before.get((line.path, line.figure))
        if old is None or not line.comparable:
            continue
        low, high = (old, line.value) if line.sense == "at most" else (line.value, old)
        if high > low * WORSE:
            found.append(
                f"{line.path}, {line.figure}: {figures(line.value)}, was {figures(old)} {line.unit}"
            )
    return found
