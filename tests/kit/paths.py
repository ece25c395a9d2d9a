"""Where the files of the project are that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
SAMPLES = ROOT / "tests" / "samples"
EXAMPLES = ROOT / "examples"
DOCS = ROOT / "docs"
