"""What several files of this folder ask for."""

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file of events that does not exist yet."""
    return tmp_path / "events.jsonl"
