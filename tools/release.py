"""Build a release and prove that it can be installed: a dry run, nothing is uploaded.

Usage: python tools/release.py [PYTHON ...]

Builds the wheel and the source distribution into dist, twice, and compares the bytes; checks their
sizes, files and metadata; writes an SBOM (CycloneDX) and the licences of the wheel and its
dependencies; then installs the wheel without a network into a new environment of each PYTHON (this
one unless given), from wheels that were fetched before, and runs the examples of both README files
there. At the end it prints what is left for a person.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
LARGEST = {".whl": 1_500_000, ".gz": 3_500_000}
"""The largest sizes in bytes, by the suffix of the file."""

LEFT_FOR_A_PERSON = """
What is left for a person, in this order. Nothing has been uploaded.

  [ ] Name the owner: an account on the package index with two factors, and a second owner.
  [ ] Correct the addresses in project.urls of pyproject.toml, if the repository is elsewhere.
  [ ] On the index, add a trusted publisher: the repository, release.yml, environment "release".
  [ ] In the repository, let the environment "release" require the approval of an owner.
  [ ] In CHANGELOG.md, date version {version}. "Unreleased" above it is empty.
  [ ] In both README files, take out that no version is in a package registry yet.
  [ ] Commit and push; wait until the checks are green on every version of Python.
  [ ] git tag --sign v{version} && git push origin v{version}; approve the workflow, which uploads.
  [ ] Compare the SHA-256 above with those that the index shows.
  [ ] In a new environment: pip install workhours-sla=={version} && workhours due 'today 17:30'
"""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command and return what it printed; exit with its output if it fails."""
    done = subprocess.run(
        [str(one) for one in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(into: Path) -> dict[str, str]:
    """Build both distributions and return the SHA-256 of each, by name."""
    committed = run("git", "log", "-1", "--format=%ct").strip()
    run(sys.executable, "-m", "build", "--outdir", into, SOURCE_DATE_EPOCH=committed)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(into.iterdir())
    }


def check_sizes() -> None:
    """Exit if a distribution is larger than allowed."""
    for path in sorted(DIST.iterdir()):
        size, limit = path.stat().st_size, LARGEST[path.suffix]
        print(f"{path.name}: {size:,} bytes, at most {limit:,}")
        if size > limit:
            sys.exit(f"{path.name} is too large; see what it contains: tar tvzf or unzip -l")


def check_files() -> None:
    """Exit unless the source distribution has each committed file that is not excluded."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    excluded = tuple(pyproject["tool"]["hatch"]["build"]["targets"]["sdist"]["exclude"])
    committed = run("git", "ls-files", "-z").rstrip("\0").split("\0")
    wanted = {"PKG-INFO", *(name for name in committed if not name.startswith(excluded))}
    with tarfile.open(next(DIST.glob("*.tar.gz"))) as sdist:
        found = {name.partition("/")[2] for name in sdist.getnames()}
    if found != wanted:
        sys.exit(f"the source distribution lacks {wanted - found} or has {found - wanted} besides")
    print("the source distribution has the committed files")


def check_metadata() -> None:
    """Exit if a tool finds a fault in the metadata or in the files of the wheel."""
    wheel, sdist = next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))
    run(sys.executable, "-m", "validate_pyproject", "pyproject.toml")
    run(sys.executable, "-m", "check_wheel_contents", wheel)
    run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist)
    # the project has no address: reports go to its repository
    run(sys.executable, *("-m", "pyroma", "--min", "10", "--skip-tests", "AuthorEmail"), sdist)
    print("validate-pyproject, check-wheel-contents, twine and pyroma find nothing")


def bin_of(environment: Path) -> Path:
    """Return the folder of an environment's programs."""
    return environment / ("Scripts" if os.name == "nt" else "bin")


def write_sbom(environment: Path, epoch: str) -> Path:
    """Write the SBOM of what an environment has, the same bytes for the same packages."""
    sbom = DIST / f"{next(DIST.glob('*.whl')).stem}.cdx.json"
    run(
        sys.executable,
        *("-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"),
        *("-o", sbom, bin_of(environment) / "python"),
        SOURCE_DATE_EPOCH=epoch,
    )
    return sbom


def write_licences(environment: Path) -> Path:
    """Write the licence of every package that an environment has, as a table."""
    licences = DIST / f"{next(DIST.glob('*.whl')).stem}.licences.md"
    run(
        sys.executable,
        *("-m", "piplicenses", "--from=mixed", "--format=markdown", "--with-urls"),
        *("--python", bin_of(environment) / "python", "--output-file", licences),
    )
    return licences


def readme_examples(python: Path, folder: Path) -> None:
    """Run the examples of the README files that need no extra, without the sources."""
    for name in ("README.md", "README.ru.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        base = re.split(r"^<!-- from here on with an extra -->$", text, flags=re.MULTILINE)[0]
        (folder / name).write_text(base, encoding="utf-8")
        run(
            python,
            "-m",
            "doctest",
            "-o",
            "ELLIPSIS",
            "-o",
            "NORMALIZE_WHITESPACE",
            name,
            cwd=folder,
        )
        print(f"{name}: its examples run")


def install_offline(interpreter: str, folder: Path) -> Path:
    """Install the wheel into a new environment without a network; return the environment."""
    wheel, wheels, environment = next(DIST.glob("*.whl")), folder / "wheels", folder / "new"
    run(interpreter, "-m", "venv", environment)
    pip = (bin_of(environment) / "python", "-m", "pip")
    run(*pip, "wheel", "--quiet", "--wheel-dir", wheels, wheel)
    run(*pip, "install", "--quiet", "--no-index", "--find-links", wheels, wheel)
    print(f"installed without a network: {run(interpreter, '--version').strip()}")
    return environment


def main(interpreters: list[str]) -> int:
    """Build, compare, check and install; return the exit status."""
    shutil.rmtree(DIST, ignore_errors=True)
    first = build(DIST)
    check_sizes()
    check_files()
    check_metadata()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if build(folder / "again") != first:
            sys.exit("building twice gave different bytes; compare them with diffoscope")
        print("built twice: the same bytes")
        epoch = run("git", "log", "-1", "--format=%ct").strip()
        environment = folder
        for number, interpreter in enumerate(interpreters):
            environment = install_offline(interpreter, folder / str(number))
            readme_examples(bin_of(environment) / "python", folder)
        run(bin_of(environment) / "python", "-m", "pip", "uninstall", "--quiet", "--yes", "pip")
        print(f"SBOM: {write_sbom(environment, epoch).name}")
        print(f"licences: {write_licences(environment).name}")
    for name, digest in first.items():
        print(f"{digest}  {name}")
    print(LEFT_FOR_A_PERSON.format(version=next(DIST.glob("*.whl")).name.split("-")[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [sys.executable]))
