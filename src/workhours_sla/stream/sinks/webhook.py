"""Send each change to a web address, signed by the Standard Webhooks specification 1.0."""

from __future__ import annotations

import base64
import hmac
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

from workhours_sla.errors import ConfigError, StoreError, UndeliverableError, shown
from workhours_sla.json.outcomes import change_to_json
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stream.sinks import why_of, without_login
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = timedelta(seconds=15)  # how long a receiver may be silent
PREFIX: Final = "whsec_"  # the beginning of every secret as text
_SECRET_BYTES: Final = range(24, 65)
_TEMPORARY: Final = frozenset({408, 425, 429})
"""The 4xx statuses after which a request is sent again."""
_LONGEST_WAIT: Final = timedelta(days=1)  # the longest delay that a receiver can ask for
_RETRACTED: Final = "retracted"
_PORTS: Final = {"https": 443, "http": 80}


class Endpoint(NamedTuple):
    """An address to which requests are sent; ``authority`` is its host in messages."""

    url: str
    host: str
    port: int
    authority: str


@public("workhours_sla.stream", checked=True)
class WebhookSink:
    """Sends each change as a POST request to an address, signed with a secret.

    The headers are those of the Standard Webhooks specification (www.standardwebhooks.com):
    ``webhook-id`` is the ``change_id``, percent-encoded; ``webhook-timestamp`` is the time of the
    attempt; ``webhook-signature`` is made with ``secret``, the text ``whsec_`` and the base64 of 24
    to 64 bytes. The body is JSON: ``type``, which is ``workhours.change.`` and the kind or
    ``retracted``, and ``data``, the change as ``to_json`` writes it.

    A status of 200 to 299 accepts the change. Another status of 400 to 499, except 408, 425 and
    429, raises UndeliverableError. Any other result raises StoreError; its ``retry_after`` is the
    delay for which the receiver asked. Redirects are not followed. Unless ``allow_private`` is
    true, the address must use https and must not lead to a loopback or private network.
    ``timeout``, a timedelta, is how long the receiver may be silent. ``clock`` returns the current
    time in UTC. Raises ConfigError, and StoreError without the extra ``webhook``.

    >>> sink = WebhookSink("board", "https://board.example/hook", "whsec_" + "c2VjcmV0" * 4)
    >>> sink.name
    'board'
    """

    batch_size = 1  # A request has one change, so that a failure repeats no other change

    def __init__(
        self,
        name: str,
        url: str,
        secret: str,
        *,
        allow_private: bool = False,
        timeout: timedelta = TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._endpoint = endpoint_of(url, allow_private=allow_private)
        self._allow_private = allow_private
        self._key = key_of(secret)
        self._timeout = timeout.total_seconds()
        self._clock = clock
        self._client: httpx.Client | None = None

    def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def check(self) -> None:
        """Raise StoreError if the extra ``webhook`` is not installed."""
        self._ready()

    def write(self, changes: Sequence[Change]) -> None:
        """Send the changes, one request each; raises UndeliverableError or StoreError."""
        for change in changes:
            self._send(change)

    def _ready(self) -> httpx.Client:
        if self._client is None:
            try:
                import httpx
            except ImportError:
                facts = {"name": self.name, "library": "httpx", "extra": "webhook"}
                raise StoreError(say("sink_needs_extra", **facts)) from None
            self._client = httpx.Client(
                timeout=self._timeout,
                trust_env=False,  # no proxies
                verify=ssl.create_default_context(),  # which reads SSL_CERT_FILE
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client

    def _send(self, change: Change) -> None:
        now = self._clock()
        # no full stop, which separates the signed parts
        id_ = quote(change.change_id, safe="/").replace(".", "%2E")
        seconds, body = str(int(now.timestamp())), body_of(change)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"workhours-sla/{__version__}",
            "webhook-id": id_,
            "webhook-timestamp": seconds,
            "webhook-signature": signature(self._key, id_, seconds, body),
        }
        status, retry_after = self._post(body, headers)
        if 200 <= status < 300:
            return
        facts = {"host": self._endpoint.authority, "status": status}
        if 400 <= status < 500 and status not in _TEMPORARY:
            raise UndeliverableError(say("http_refused", **facts), change_id=change.change_id)
        cause = "http_redirect" if 300 <= status < 400 else "http_status"
        raise StoreError(say(cause, **facts), retry_after=_wait(retry_after, now))

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send a request; return the status and the header Retry-After. Raises StoreError."""
        client = self._ready()  # before httpx is imported
        import httpx

        url, authority = self._endpoint.url, self._endpoint.authority

        try:
            self._check_host()
            with client.stream("POST", url, content=body, headers=headers) as answer:
                return answer.status_code, answer.headers.get("Retry-After", "")
        except StoreError:
            raise
        except httpx.TimeoutException:
            seconds = round(self._timeout, 3)
            raise StoreError(say("http_timeout", host=authority, seconds=seconds)) from None
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise StoreError(say("http_failed", host=authority, why=why_of(error))) from None

    def _check_host(self) -> None:
        """Raise StoreError if the name of the host leads to a private address."""
        if self._allow_private:
            return
        host = self._endpoint.host
        for *_, found in socket.getaddrinfo(host, self._endpoint.port, type=socket.SOCK_STREAM):
            if not is_public(str(found[0])):
                raise StoreError(say("private_address", host=host, address=found[0]))


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
    if not (allow_private or is_public(host)):
        raise ConfigError(say("private_url", url=shown(url)))
    port = _PORTS[scheme] if port is None else port
    authority = f"[{host}]" if ":" in host else host
    authority = authority if port == _PORTS[scheme] else f"{authority}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(f"{scheme}://{authority}{target}", host, port, authority)


def is_public(address: str) -> bool:
    """Return whether a host is not an IP address of a loopback, private or reserved network.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "::1", "::ffff:127.0.0.1")]
    [True, False, False, False]
    """
    try:
        found = ip_address(address)
    except ValueError:  # a name, whose addresses are checked when it is used
        return True
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


def body_of(change: Change) -> bytes:
    """Return the body of the request about a change."""
    # a type of its own, so that no receiver takes a retraction for the retracted change
    what = _RETRACTED if change.retracts is not None else change.kind.value
    return b'{"type":"workhours.change.%s","data":%s}' % (what.encode(), change_to_json(change))


def signature(key: bytes, id_: str, seconds: str, body: bytes) -> str:
    """Return the signature ``v1`` of a request.

    >>> signature(b"k" * 24, "A-1", "1674087231", b"{}")
    'v1,KDs/bM2n6bX2dE6ZJD2qPlASSVsOpOWG1Hs+9r/bAV0='
    """
    signed = b"%s.%s.%s" % (id_.encode(), seconds.encode(), body)
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret. Raises ConfigError; its message does not quote the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in _SECRET_BYTES:
        raise ConfigError(say("not_webhook_secret"))
    return key


def _wait(text: str, now: datetime) -> timedelta | None:
    """Return the delay that the header Retry-After asks for, None without a valid header."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        wait = timedelta(seconds=int(text))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        wait = at - now
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
