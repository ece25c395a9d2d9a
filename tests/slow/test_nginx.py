"""nginx accepts the recipe of a reverse proxy."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.paths import EXAMPLES

NGINX = EXAMPLES / "nginx/workhours.conf"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder with a certificate and its key, as ``own.pem`` and ``own.key``."""
    openssl = shutil.which("openssl")
    if shutil.which("nginx") is None or openssl is None:
        pytest.skip("no nginx or openssl: apt install nginx openssl")
    folder = tmp_path_factory.mktemp("nginx")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "own.key"), "-out", str(folder / "own.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder


def recipe(folder: Path) -> str:
    text = NGINX.read_text("utf-8")
    for old, new in (
        ("/etc/ssl/certs/appeals.pem", folder / "own.pem"),
        ("/etc/ssl/private/appeals.key", folder / "own.key"),
        ("/var/log/nginx/workhours.log", folder / "access.log"),
    ):
        assert old in text
        text = text.replace(old, str(new))
    return text


def checked(folder: Path, text: str) -> tuple[int, str]:
    """Return what ``nginx -t`` says about the text as a file of ``conf.d``."""
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"pid {folder / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
    file = folder / "nginx.conf"
    file.write_text(f"{head}http {{\n{temporary}{text}}}\n", encoding="utf-8")
    program = shutil.which("nginx")
    assert program
    done = subprocess.run(
        [program, "-t", "-c", str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_nginx_accepts_the_recipe(certificate: Path) -> None:
    status, said = checked(certificate, recipe(certificate))
    assert (status, "warn" in said) == (0, False), said
    status, said = checked(certificate, recipe(certificate).replace("proxy_pass", "proxy_to"))
    assert status != 0
    assert 'unknown directive "proxy_to"' in said
