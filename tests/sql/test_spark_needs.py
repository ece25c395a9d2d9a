"""What Spark needs is checked before it starts, without Spark: packages and Java."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from workhours_sla.errors import EngineError
from workhours_sla.spark import session
from workhours_sla.spark import start as needs
from workhours_sla.text.catalog import language
from workhours_sla.text.messages import sentence

INSTALLED = {"pyspark": "4.3.0", "pyarrow": "26.0.1", "pandas": "3.1.1", "protobuf": "7.36.2"}


def versions(**changed: str | None) -> Callable[[str], str]:
    """Return a replacement of ``importlib.metadata.version``; None is a missing package."""

    def version(package: str) -> str:
        found = (INSTALLED | changed)[package]
        if found is None:
            raise importlib.metadata.PackageNotFoundError(package)
        return found

    return version


def russian(error: EngineError) -> str:
    with language("ru"):
        return sentence(error)


@pytest.mark.parametrize(
    ("changed", "message", "in_russian"),
    [
        ({"pyspark": None}, "Spark needs pyspark 4.1 or later: pip install 'workhours-sla[spark]'",
         "для Spark нужен pyspark 4.1 или новее: pip install 'workhours-sla[spark]'"),
        ({"pyspark": "4.0.5"}, ("pyspark 4.0.5 is too old for Spark, which needs 4.1 or later: "
         "pip install --upgrade 'workhours-sla[spark]'"),
         ("pyspark 4.0.5 слишком старый, для Spark нужен 4.1 или новее: "
         "pip install --upgrade 'workhours-sla[spark]'")),
        ({"protobuf": None},
         "Spark needs protobuf 5.0 or later: pip install 'workhours-sla[spark]'",
         "для Spark нужен protobuf 5.0 или новее: pip install 'workhours-sla[spark]'"),
    ],
)  # fmt: skip
def test_a_package_that_is_missing_or_old_is_named(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None], message: str, in_russian: str
) -> None:
    monkeypatch.setattr(needs, "version", versions(**changed))
    with pytest.raises(EngineError) as raised:
        session()
    assert str(raised.value) == message
    assert russian(raised.value) == in_russian


@pytest.mark.parametrize("package", ["pyspark", "pyarrow", "pandas", "protobuf"])
def test_versions_are_compared_as_numbers(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setattr(needs, "version", versions(**{package: "100.10.0.dev1"}))
    needs.check_packages()


def fake_java(folder: Path, text: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n", "utf-8")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(
    ("text", "found"),
    [('openjdk version "11.0.2" 2019-01-15', "11"), ('java version "1.8.0_201"', "8"), ("", "?")],
)
def test_old_java_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    java = fake_java(tmp_path, text)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError) as raised:
        needs.check_java()
    assert str(raised.value) == (
        f"{java} is Java {found}, and Spark needs Java 17 or later; set JAVA_HOME to a later one"
    )
    assert russian(raised.value).startswith(f"{java} - это Java {found}, а для Spark нужна Java 17")


@pytest.mark.parametrize("text", ['openjdk version "17.0.21" 2026-10-20', 'java version "21"'])
def test_later_java_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    fake_java(tmp_path, text)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/bin:/usr/bin")
    needs.check_java()


def test_missing_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="there is no program java; install Java, such as"):
        needs.check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError) as raised:
        needs.check_java()
    java = tmp_path / "bin" / "java"
    assert f"there is no program {java}; install Java" in str(raised.value)
    assert f"программа {java} не найдена; установите Java" in russian(raised.value)
