"""Draw the chart of the page on benchmarks, in both languages: ``python -m benchmarks.chart``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from math import log10
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.__main__ import BASELINE

PICTURES = Path(__file__).parents[1] / "docs" / "images"

_WIDTH, _ROW, _TOP, _LEFT, _RIGHT = 760, 30, 62, 262, 96
_STYLE = """
  text { font-family: "Segoe UI", Helvetica, Arial, sans-serif; font-size: 14px; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { font-size: 12px; fill: #59636e }
  .ours { font-weight: 600 }
  .tick { stroke: #59636e }
  .bar { fill: #8c959f }
  .bar.ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .tick { stroke: #9198a1 }
    .bar { fill: #6e7681 }
    .bar.ours { fill: #4493f8 }
  }
"""

_BARS = (
    ("workhours_sla, columns", "deadline on columns, + 4 h", "workhours_sla"),
    ("numpy searchsorted, by hand", "deadline on columns, + 4 h", "numpy searchsorted"),
    ("workhours_sla, one call", "one deadline, + 4 h", "own zone"),
    ("workclock, columns", "deadline on columns, + 4 h", "workclock add_many"),
    ("workclock, one call", "one deadline, + 4 h", "workclock, own zone"),
    ("timegrid, one call", "one deadline, + 4 h", "timegrid"),
    ("pandas CustomBusinessHour", "deadline on columns, + 4 h", "pandas CustomBusinessHour"),
    ("businesstimedelta, one call", "one deadline, + 4 h", "businesstimedelta"),
)


_RUSSIAN = {
    "Time per deadline": "Время на один срок",
    "Time per deadline, 4 working hours ahead": "Время на один срок через 4 рабочих часа",
    "one core, logarithmic scale, shorter is better": (
        "одно ядро, логарифмическая шкала, короче — лучше"
    ),
    "workhours_sla, columns": "workhours_sla, столбцы",
    "numpy searchsorted, by hand": "numpy searchsorted, вручную",
    "workhours_sla, one call": "workhours_sla, один вызов",
    "workclock, columns": "workclock, столбцы",
    "workclock, one call": "workclock, один вызов",
    "timegrid, one call": "timegrid, один вызов",
    "businesstimedelta, one call": "businesstimedelta, один вызов",
    "ms": "мс",
    "µs": "мкс",
    "ns": "нс",
}
_ENGLISH = {text: text for text in _RUSSIAN}
LANGUAGES = {"en": _ENGLISH, "ru": _RUSSIAN}


def draw(result: Mapping[str, Any], words: Mapping[str, str] = _ENGLISH) -> str:
    """Return the chart as SVG text; its scale is nanoseconds per deadline, logarithmic."""
    timings = result["timings"]
    bars = sorted(
        (timings[path][case]["median"], words.get(label, label)) for label, path, case in _BARS
    )
    last = max(3, int(log10(bars[-1][0])) + 1)
    bottom = _TOP + _ROW * len(bars)

    def x(nanoseconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * max(0.0, log10(nanoseconds)) / last

    machine = result["machine"]
    size = f'viewBox="0 0 {_WIDTH} {bottom + 44}" width="{_WIDTH}" height="{bottom + 44}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        f'<title id="title">{words["Time per deadline"]}: '
        + escape(", ".join(f"{label} {_amount(value, words)}" for value, label in bars))
        + "</title>",
        f"<style>{_STYLE}</style>",
        _text(12, 26, words["Time per deadline, 4 working hours ahead"], "title"),
        _text(12, 46, words["one core, logarithmic scale, shorter is better"], "quiet"),
    ]
    for power in range(last + 1):
        at = x(10.0**power)
        parts += [
            f'<line x1="{at:.1f}" y1="{bottom - 4}" x2="{at:.1f}" y2="{bottom + 2}" class="tick"/>',
            _text(at, bottom + 16, _amount(10.0**power, words), "quiet", anchor="middle"),
        ]
    for row, (value, label) in enumerate(bars):
        y = _TOP + _ROW * row
        bar = f'x="{_LEFT}" y="{y + 5}" width="{x(value) - _LEFT:.1f}" height="{_ROW - 10}"'
        kind = "ours" if label.startswith("workhours_sla") else "theirs"
        parts += [
            _text(_LEFT - 10, y + 20, label, kind, anchor="end"),
            f'<rect {bar} rx="2" class="bar {kind}"/>',
            _text(x(value) + 8, y + 20, _amount(value, words), kind),
        ]
    made = f"{machine['processor']}, Python {machine['python']}, {machine['date']}"
    parts += [
        _text(12, bottom + 36, made, "quiet"),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _text(x: float, y: float, text: str, kind: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def _amount(nanoseconds: float, words: Mapping[str, str]) -> str:
    value, unit = next(
        (nanoseconds / scale, unit)
        for scale, unit in ((1e6, "ms"), (1e3, "µs"), (1, "ns"))
        if nanoseconds >= scale or scale == 1
    )
    number = f"{value:.2g}" if value < 100 else f"{value:.0f}"
    if words is _RUSSIAN:
        number = number.replace(".", ",")
    return f"{number} {words[unit]}"


def main() -> None:
    """Draw the result in the file that the argument names, by default the stored result."""
    result = Path(sys.argv[1]) if len(sys.argv) > 1 else BASELINE
    PICTURES.mkdir(exist_ok=True)
    for language, words in LANGUAGES.items():
        text = draw(json.loads(result.read_text()), words)
        (PICTURES / f"benchmark.{language}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
