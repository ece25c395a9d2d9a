"""Send each change to a web address, signed by the Standard Webhooks specification 1.0."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from workhours_sla.argument_types import checked
from workhours_sla.errors import ConfigError, StoreError, UndeliverableError
from workhours_sla.json.changes import change_to_json
from workhours_sla.module_names import public
from workhours_sla.sla.changes import Change
from workhours_sla.stream.sinks.http_post import Answer, endpoint_of, post
from workhours_sla.text.messages import say
from workhours_sla.version import __version__

TIMEOUT: Final = timedelta(seconds=15)
"""How long a request may take."""
PREFIX: Final = "whsec_"
"""The beginning of every secret as text."""
_SECRET_BYTES: Final = range(24, 65)
_TEMPORARY: Final = frozenset({408, 425, 429})
"""The 4xx statuses after which a request is sent again."""
_LONGEST_WAIT: Final = timedelta(days=1)
"""The longest delay that a receiver can ask for."""
_RETRACTED: Final = "retracted"


@public("workhours_sla.stream")
@checked
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
    true, the address must use https and must not lead to a loopback or private network. ``timeout``
    is for one request. ``clock`` returns the current time in UTC. Raises ConfigError.

    >>> sink = WebhookSink("board", "https://board.example/hook", "whsec_" + "c2VjcmV0" * 4)
    >>> sink.name
    'board'
    """

    batch_size = 1
    """A request has one change, so that a failure repeats no other change."""

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
        self._key = key_of(secret)
        self._timeout = timeout.total_seconds()
        self._clock = clock

    def write(self, changes: Sequence[Change]) -> None:
        """Send the changes, one request each. Raises UndeliverableError, StoreError."""
        for change in changes:
            self._send(change)

    def _send(self, change: Change) -> None:
        now = self._clock()
        id_, seconds, body = webhook_id(change), str(int(now.timestamp())), body_of(change)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"workhours-sla/{__version__}",
            "webhook-id": id_,
            "webhook-timestamp": seconds,
            "webhook-signature": signature(self._key, id_, seconds, body),
        }
        answer = post(self._endpoint, body, headers, timeout=self._timeout)
        status = answer.status
        if 200 <= status < 300:
            return
        facts = {"host": self._endpoint.authority, "status": status}
        if 400 <= status < 500 and status not in _TEMPORARY:
            raise UndeliverableError(say("http_refused", **facts), change_id=change.change_id)
        cause = "http_redirect" if 300 <= status < 400 else "http_status"
        raise StoreError(say(cause, **facts), retry_after=_wait(answer, now))


def webhook_id(change: Change) -> str:
    """Return the id of a change in ASCII and without a full stop, which separates signed parts."""
    return quote(change.change_id, safe="/").replace(".", "%2E")


def body_of(change: Change) -> bytes:
    """Return the body of the request about a change.

    A retraction has a type of its own, so that no receiver takes it for the retracted change.
    """
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


def _wait(answer: Answer, now: datetime) -> timedelta | None:
    """Return the delay that the header Retry-After asks for, None without a valid header."""
    text = (answer.retry_after or "").strip()
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
