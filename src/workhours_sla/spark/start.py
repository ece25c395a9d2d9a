"""Start Spark after checking what it needs: PySpark and Java."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workhours_sla.errors import EngineError
from workhours_sla.text.messages import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

OLDEST: Final = {"pyspark": (4, 1), "pyarrow": (18, 0), "pandas": (2, 2), "protobuf": (5, 0)}
"""The oldest versions of the packages that work, keyed by package."""
OLDEST_JAVA: Final = 17
ROCKSDB: Final = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
PROVIDER: Final = "spark.sql.streaming.stateStore.providerClass"


def session(builder: SparkSession.Builder | None = None) -> SparkSession:
    """Start Spark, or return the active session, after checking what Spark needs.

    The session keeps the state of streams in RocksDB, and runs this Python interpreter in its
    workers. ``builder`` is ``SparkSession.builder`` with your own settings, which take precedence.
    With Spark on another machine (``builder.remote``, or a program that ``spark-submit`` started),
    Java is not checked, because Spark already runs.

    Raises EngineError if a package is missing or too old, and if Java is missing or older than 17.

    >>> from workhours_sla.spark import session
    >>> spark = session()  # doctest: +SKIP
    """
    check_packages()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder if builder is None else builder
    options: Mapping[str, object] = builder._options  # noqa: SLF001 - there is no public way
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    is_here = not ("spark.remote" in options or "SPARK_REMOTE" in os.environ)
    is_started = "PYSPARK_GATEWAY_PORT" in os.environ or SparkSession.getActiveSession() is not None
    if is_here and not is_started:
        check_java()
    if PROVIDER not in options:
        builder = builder.config(PROVIDER, ROCKSDB)
    return builder.getOrCreate()


def check_packages() -> None:
    for package, oldest in OLDEST.items():
        needed = ".".join(map(str, oldest))
        try:
            found = version(package)
        except PackageNotFoundError:
            raise EngineError(say("spark_no_package", package=package, needed=needed)) from None
        numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
        if numbers < oldest:
            raise EngineError(say("spark_old_package", package=package, found=found, needed=needed))


def check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    path = shutil.which(java)
    if path is None:
        raise EngineError(say("spark_no_java", needed=OLDEST_JAVA, java=java))
    done = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)[^"]*"', done.stderr + done.stdout)
    if found is None or int(found[1]) < OLDEST_JAVA:
        shown = found[1] if found else "?"
        raise EngineError(say("spark_old_java", found=shown, java=path, needed=OLDEST_JAVA))
