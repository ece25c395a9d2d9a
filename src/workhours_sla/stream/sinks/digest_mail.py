"""Send digests by e-mail: one message per agency and digest, to each address of the agency."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from itertools import count, groupby
from threading import RLock
from typing import Any, Final, Protocol

import msgspec

from workhours_sla.errors import StoreError, clipped
from workhours_sla.stream.delivery import Pending, Retry
from workhours_sla.stream.sinks.digest_lines import Message
from workhours_sla.stream.sinks.replies import on_one_line
from workhours_sla.stream.sinks.smtp import MailServer, Refusal, send
from workhours_sla.text.catalog import current
from workhours_sla.text.messages import say

TIMEOUT: Final = 15.0
"""Seconds that a mail server has for each reply."""
GIVE_UP: Final = timedelta(days=1)
"""How long a message is sent again to a recipient that the server refuses for now."""
_LATER: Final = Retry(first=timedelta(minutes=5), longest=timedelta(hours=1))


class Mail(msgspec.Struct, frozen=True):
    """A digest to one address. ``since`` is when it was queued, ``retry_at`` when it is sent."""

    agency_id: str | None
    at: datetime
    text: str
    recipient: str
    since: datetime
    attempts: int = 0
    retry_at: datetime | None = None

    @property
    def change_id(self) -> str:
        """The identity of the message, under which ``Delivery`` knows it."""
        return f"{self.agency_id or ''}/{self.at.isoformat()}/{self.recipient}"


class _Queue(msgspec.Struct):
    """The state that the store keeps: the time of the last digest, and the unsent messages."""

    until: datetime | None = None
    mails: list[Mail] = []


class NoteStore(Protocol):
    """A store that keeps texts under keys."""

    def noted(self, key: str) -> str | None:
        """Return the text that was last stored under a key, or None."""

    def note(self, key: str, text: str) -> None:
        """Store a text under a key, so that it survives a crash."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Queue).decode


class DigestMail:
    """Queues digests in a store and sends them by e-mail; at once the sink and its outbox.

    ``Delivery`` sends from the queue in a thread, and tries again while the server cannot be used.
    A recipient that the server refuses for now is tried again for one day, and delays no other
    recipient. A recipient that it refuses for good is passed to ``on_refused`` with the reply.
    ``recipients`` has the addresses of each agency. A message may be sent twice after a crash, with
    the same Message-ID. ``context`` replaces the usual settings of TLS. Raises StoreError.
    """

    batch_size = 1

    def __init__(
        self,
        name: str,
        server: MailServer,
        recipients: Mapping[str, Sequence[str]],
        store: NoteStore,
        *,
        on_refused: Callable[[Mail, Refusal], object] = lambda _mail, _refusal: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self._server = server
        self._recipients = recipients
        self._store = store
        self._on_refused = on_refused
        self._clock = clock
        self._context = context
        self._key = f"mail/{name}"
        self._lock = RLock()
        noted = store.noted(self._key)
        self._is_new = noted is None
        self._until, self._mails = None, dict[int, Mail]()
        self._numbers = count(1)
        self._retry_at: datetime | None = None
        self._failed = 0
        if noted is not None:
            try:
                queue = _decode(noted)
            except (ValueError, RecursionError) as error:
                why = clipped(str(error), 200)
                raise StoreError(say("note_unreadable", note=repr(self._key), why=why)) from None
            self._until = queue.until
            self._add(queue.mails)

    def put(self, messages: Sequence[Message]) -> None:
        """Queue the digests of one time, unless they are queued already. Raises StoreError."""
        with self._lock:
            if not messages or (self._until is not None and messages[0].at <= self._until):
                return
            self._until = messages[0].at
            now = self._clock()
            for agency, parts in groupby(messages, lambda one: one.agency_id):
                text = "\n".join(part.text for part in parts)
                self._add(
                    Mail(agency, self._until, text, recipient, now)
                    for recipient in self._recipients.get(agency or "", ())
                )
            self._note()

    def skip(self, messages: Sequence[Message]) -> None:
        """Queue digests that were written before this run, but not those from before this sink."""
        if self._is_new:
            with self._lock:
                self._until = messages[0].at if messages else self._until
                self._note()
        else:
            self.put(messages)

    def begin(self) -> None:
        """Store that digests from now on are queued. Raises StoreError."""
        if self._is_new:
            self._note()

    # -- the outbox of ``Delivery``

    def deliver_to(self, sinks: Iterable[str]) -> None:
        """Do nothing: the queue has one sink."""

    def pending(self, _sink: str, now: datetime, _limit: int) -> Pending:
        """Return the first message that can be sent at ``now``."""
        with self._lock:
            if self._retry_at is not None and self._retry_at > now:
                return Pending(retry_at=self._retry_at)
            for number, mail in self._mails.items():
                if mail.retry_at is None or mail.retry_at <= now:
                    entry: Any = (number, mail)  # in the place of a change
                    return Pending([entry], self._failed)
            waiting = [mail.retry_at for mail in self._mails.values() if mail.retry_at is not None]
            return Pending(retry_at=min(waiting, default=None))

    def acknowledge(self, _sink: str, numbers: Sequence[int], _end: str | None = None) -> None:
        """Remove messages that were sent or refused."""
        with self._lock:
            self._retry_at, self._failed = None, 0
            for number in numbers:
                self._mails.pop(number, None)
            self._note()

    def fail(self, _sink: str, _number: int, _error: str, retry_at: datetime | None) -> None:
        """Record that the server could not be used. All messages wait."""
        with self._lock:
            self._retry_at = retry_at
            self._failed += 1

    # -- the sink

    def write(self, mails: Sequence[Any]) -> None:
        """Send messages. Raises StoreError if the server cannot be used."""
        for mail in mails:
            message = mail_of(mail, self._server.sender, self._clock())
            refusal = send(
                self._server, mail.recipient, message, timeout=TIMEOUT, context=self._context
            )
            if refusal is not None:
                self._refused(mail, refusal)

    def _refused(self, mail: Mail, refusal: Refusal) -> None:
        now = self._clock()
        if refusal.is_permanent or now - mail.since >= GIVE_UP:
            self._on_refused(mail, refusal)
            return
        attempts = mail.attempts + 1
        retry_at = _LATER.at(now, attempts, jitter=1.0)
        with self._lock:  # the caller then acknowledges the former one
            self._add([msgspec.structs.replace(mail, attempts=attempts, retry_at=retry_at)])

    def _add(self, mails: Iterable[Mail]) -> None:
        self._mails.update((next(self._numbers), mail) for mail in mails)

    def _note(self) -> None:
        queue = _Queue(self._until, list(self._mails.values()))
        self._store.note(self._key, _encode(queue).decode())


def mail_of(mail: Mail, sender: str, now: datetime) -> bytes:
    """Return the e-mail of a digest, as text and as HTML."""
    found = EmailMessage(policy=SMTP)
    first = mail.text.partition("\n")[0]
    found["Subject"] = " ".join(on_one_line(first).split())
    found["From"] = sender
    found["To"] = mail.recipient
    found["Date"] = format_datetime(now)
    id_ = sha256(mail.change_id.encode()).hexdigest()[:32]
    found["Message-ID"] = f"<{id_}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(mail.text + "\n")
    found.add_alternative(html_of(mail.text), subtype="html")
    found["Content-Language"] = current()  # setting the content removes it
    return found.as_bytes()


def html_of(text: str) -> str:
    r"""Return a digest as HTML: the first line as a heading, lines of appeals as a list.

    >>> html_of("Roads\n\nOverdue: 1\n• <A-1>").partition("<body>")[2]
    '<h1>Roads</h1><p>Overdue: 1</p><ul><li>&lt;A-1&gt;</li></ul></body></html>\n'
    """
    parts = []
    lines = [line for line in text.split("\n") if line.strip()]
    for is_item, group in groupby(lines[1:], lambda line: line.startswith("• ")):
        if is_item:
            items = "".join(f"<li>{escape(line[2:])}</li>" for line in group)
            parts.append(f"<ul>{items}</ul>")
        else:
            parts += [f"<p>{escape(line)}</p>" for line in group]
    title = escape(lines[0]) if lines else ""
    return (
        f'<!doctype html><html lang="{current()}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body><h1>{title}</h1>{''.join(parts)}</body></html>\n"
    )
