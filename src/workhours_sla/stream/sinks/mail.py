"""Send digests by e-mail: one message to each address of an agency, over SMTP with STARTTLS."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from workhours_sla.errors import StoreError, UndeliverableError
from workhours_sla.stores.store_values import MAIL, StoredDigest
from workhours_sla.stream.delivery import Retry
from workhours_sla.stream.sinks import on_one_line, why_of
from workhours_sla.text.catalog import current
from workhours_sla.text.messages import say

TIMEOUT: Final = 15.0  # seconds that a mail server has for each reply
FOR_A_DAY: Final = Retry(first=timedelta(minutes=5), longest=timedelta(hours=1), attempts=28)
"""When a message is sent again to a recipient that the server refuses for now."""
_PERMANENT: Final = 500  # replies from this code on are permanent
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


class MailServer(NamedTuple):
    """A mail server, the account there, and the address of the sender."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str = ""


class Refusal(NamedTuple):
    """The reply of a server that did not take a message for a recipient."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, reply: bytes | str) -> Refusal:
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return cls(code, on_one_line(text[:200]))


class MailRefusedError(UndeliverableError):
    """Raised if a server refuses a recipient, for now if there is a ``retry``."""

    recipient: str
    reply: str
    retry: Retry | None


class MailSink:
    """Sends digests by e-mail. A recipient that the server refuses delays no other."""

    takes = MAIL
    batch_size = 1

    def __init__(
        self,
        name: str,
        server: MailServer,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self._server = server
        self._clock = clock
        self._context = context

    def write(self, digests: Sequence[StoredDigest]) -> None:
        """Send messages. Raises MailRefusedError, StoreError if the server cannot be used."""
        for digest in digests:
            recipient = digest.recipient or ""
            message = mail_of(digest, self._server.sender, self._clock())
            refusal = send(self._server, recipient, message, context=self._context)
            if refusal is not None:
                raise MailRefusedError(
                    reply := f"{refusal.code} {refusal.text}",
                    change_id=digest.change_id,
                    recipient=recipient,
                    reply=reply,
                    retry=None if refusal.code >= _PERMANENT else FOR_A_DAY,
                )


def send(
    server: MailServer,
    recipient: str,
    message: bytes,
    *,
    timeout: float = TIMEOUT,
    context: ssl.SSLContext | None = None,
) -> Refusal | None:
    """Send a message; return the server's reply if it refuses the recipient or the message."""
    facts = {"host": f"{server.host}:{server.port}"}
    try:
        with closing(smtplib.SMTP(server.host, server.port, timeout=timeout)) as smtp:
            smtp.ehlo()
            if smtp.has_extn("starttls"):
                smtp.starttls(context=context or ssl.create_default_context())
                smtp.ehlo()
            elif server.host not in _THIS_MACHINE or server.user is not None:
                raise StoreError(say("mail_not_encrypted", **facts))
            if server.user is not None:
                smtp.login(server.user, server.password)
            smtp.sendmail(server.sender, [recipient], message)
            with suppress(OSError):  # the message is accepted, whatever the reply to QUIT
                smtp.quit()
    except smtplib.SMTPRecipientsRefused as error:
        [(code, reply)] = error.recipients.values()
        return Refusal.of(code, reply)
    except smtplib.SMTPDataError as error:
        return Refusal.of(error.smtp_code, error.smtp_error)
    except TimeoutError:
        raise StoreError(say("http_timeout", seconds=timeout, **facts)) from None
    except smtplib.SMTPResponseException as error:
        why = Refusal.of(error.smtp_code, error.smtp_error)
        raise StoreError(say("mail_failed", why=f"{why.code} {why.text}", **facts)) from None
    except (OSError, UnicodeError) as error:  # an SMTPException is an OSError as well
        raise StoreError(say("mail_failed", why=why_of(error), **facts)) from None
    return None


def mail_of(digest: StoredDigest, sender: str, now: datetime) -> bytes:
    text = "\n".join(digest.texts)
    found = EmailMessage(policy=SMTP)
    first = text.partition("\n")[0]
    found["Subject"] = " ".join(on_one_line(first).split())
    found["From"] = sender
    found["To"] = digest.recipient
    found["Date"] = format_datetime(now)
    id_ = sha256(digest.change_id.encode()).hexdigest()[:32]
    found["Message-ID"] = f"<{id_}@{sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(text + "\n")
    found.add_alternative(html_of(text), subtype="html")
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
