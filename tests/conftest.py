"""Settings of all tests: property tests have no time limit, so that slow machines do not fail."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")

collect_ignore = ["kit/frame_types.py"]  # only type checkers read it
if find_spec("pyspark") is None:
    collect_ignore.append("slow/engines/spark_engine.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file of events that does not exist yet."""
    return tmp_path / "events.jsonl"
