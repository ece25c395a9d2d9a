"""Run code without the rights of root, who may read and write files of any mode."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import workhours_sla

NOBODY = 65534


@contextmanager
def without_rights() -> Iterator[None]:
    if not hasattr(os, "geteuid"):
        pytest.skip("rights are kept otherwise here")
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        try:
            Path(workhours_sla.__file__).stat()
        except PermissionError:
            pytest.skip("the user nobody cannot enter the folder of the package")
        yield
    finally:
        os.seteuid(user)


def reachable(folder: Path) -> Path:
    """Let every user enter the folders above a folder; the group of root counts, too."""
    enter = stat.S_IXGRP | stat.S_IXOTH
    for one in folder.parents:
        if one.stat().st_uid == os.geteuid() and one.stat().st_mode & enter != enter:
            one.chmod(one.stat().st_mode | enter)
    return folder
