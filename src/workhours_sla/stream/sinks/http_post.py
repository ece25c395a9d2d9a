"""Send an HTTP request with a deadline, only to addresses that are allowed."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote, urlsplit

from workhours_sla.errors import ConfigError, StoreError, shown
from workhours_sla.stream.sinks.replies import why_of, without_login
from workhours_sla.text.messages import say

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv6 addresses whose last 32 bits are an IPv4 address (RFC 6052)."""
_PORTS: Final = {"https": 443, "http": 80}
_KEPT: Final = "/%:@!$&'()*+,;=-._~?"
"""Characters of a path and a query that are not escaped."""


class Endpoint(NamedTuple):
    """The parts of an address to which requests are sent.

    ``host`` is in ASCII, and ``target`` is the path with the query.
    """

    scheme: str
    host: str
    port: int
    target: str
    allow_private: bool = False

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


class Answer(NamedTuple):
    """The status of an answer, and its header Retry-After."""

    status: int
    retry_after: str | None


def endpoint_of(url: str, *, allow_private: bool = False) -> Endpoint:
    """Parse an address. Raises ConfigError.

    An address without TLS, or with a private IP address, is accepted only with ``allow_private``.

    >>> endpoint_of("https://почта.example/hook?key=1").host
    'xn--80a1acny.example'
    """
    try:
        parts = urlsplit(url)
        scheme, port = parts.scheme, parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        raise ConfigError(say("not_url", url=shown(without_login(url)))) from None
    whole = scheme in _PORTS and host and parts.username is None and not parts.fragment
    if not whole or " " in url or not url.isprintable():
        raise ConfigError(say("not_url", url=shown(without_login(url))))
    if scheme == "http" and not allow_private:
        raise ConfigError(say("url_without_tls", url=shown(url)))
    if not allow_private and _literal(host) is not None and not is_public(host):
        raise ConfigError(say("private_url", url=shown(url)))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = _PORTS[scheme] if port is None else port
    return Endpoint(scheme, host, port, quote(target, safe=_KEPT), allow_private)


def is_public(address: str) -> bool:
    """Return whether an IP address is outside of loopback, private and reserved networks.

    An IPv6 address that contains an IPv4 address is public only if both are.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "::1", "::ffff:127.0.0.1")]
    [True, False, False, False]
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        inner = [found.sixtofour, *(found.teredo or ())]
        if found in _TRANSLATED:
            inner.append(IPv4Address(int(found) & 0xFFFF_FFFF))
        if not all(is_public(str(one)) for one in inner if one is not None):
            return False
        if found.is_site_local:
            return False
    return found.is_global and not found.is_multicast


def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str], *, timeout: float) -> Answer:
    """Send a POST request and return the answer's status.

    Redirects are not followed, the body of the answer is not read, and proxies are not used. The
    address that is checked is the one that is connected to. ``timeout`` is in seconds, for the
    whole request after the name of the host was resolved. Raises StoreError.
    """
    facts = {"host": endpoint.authority, "seconds": round(timeout, 3)}
    connection = _Connection(endpoint, timeout)
    try:
        connection.request("POST", endpoint.target, body, {"Host": endpoint.authority, **headers})
        answer = connection.getresponse()
        try:
            return Answer(answer.status, answer.getheader("Retry-After"))
        finally:
            answer.close()
    except StoreError:
        raise
    except TimeoutError:
        raise StoreError(say("http_timeout", **facts)) from None
    except (OSError, HTTPException, UnicodeError) as error:
        raise StoreError(say("http_failed", why=why_of(error), **facts)) from None
    finally:
        connection.close()


def _literal(host: str) -> str | None:
    """Return the host if it is an IP address, None if it is a name."""
    try:
        ip_address(host)
    except ValueError:
        return None
    return host


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of TLS: the certificates that the system trusts, or SSL_CERT_FILE."""
    return ssl.create_default_context()


class _Connection(HTTPConnection):
    """A connection to an endpoint, on which everything must end before a deadline."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self._endpoint = endpoint
        self._seconds = timeout

    def connect(self) -> None:
        """Connect to the first address of the host that is allowed and accepts a connection."""
        host, port = self._endpoint.host, self._endpoint.port
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if not self._endpoint.allow_private:
            private = [str(one[4][0]) for one in found if not is_public(str(one[4][0]))]
            if private:
                raise StoreError(say("private_address", host=host, address=private[0]))
        ends = monotonic() + self._seconds

        def left() -> float:
            seconds = ends - monotonic()
            if seconds <= 0:
                raise TimeoutError
            return seconds

        error: OSError = TimeoutError()
        for family, kind, protocol, _, address in found:
            opened = socket.socket(family, kind, protocol)
            try:
                opened.settimeout(left())
                opened.connect(address)
                if self._endpoint.scheme == "https":
                    opened.settimeout(left())
                    opened = _tls().wrap_socket(opened, server_hostname=host)
            except OSError as failed:
                opened.close()
                error = failed
            else:
                # HTTPConnection uses only these three methods of a socket
                self.sock = cast("Any", _TimedSocket(opened, left))
                return
        raise error


class _TimedSocket:
    """A socket whose every operation gets the time that is left, as ``left`` returns it."""

    def __init__(self, opened: socket.socket, left: Callable[[], float]) -> None:
        self._opened = opened
        self._left = left

    def sendall(self, data: bytes) -> None:
        self._opened.settimeout(self._left())
        self._opened.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._opened, self._left))

    def close(self) -> None:
        self._opened.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, opened: socket.socket, left: Callable[[], float]) -> None:
        self._opened = opened
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._opened.settimeout(self._left())
        return self._opened.recv_into(buffer)
