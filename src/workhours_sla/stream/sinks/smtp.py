"""Send one e-mail to one recipient over SMTP, encrypted by STARTTLS."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress
from typing import Final, NamedTuple

from workhours_sla.errors import StoreError
from workhours_sla.stream.sinks.replies import on_one_line, why_of
from workhours_sla.text.messages import say

_PERMANENT: Final = 500
"""Replies from this code on are permanent."""
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


class MailServer(NamedTuple):
    """A mail server, the account there, and the address of the sender.

    Without ``user``, there is no login.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str = ""


class Refusal(NamedTuple):
    """The reply of a server that did not take a message for a recipient."""

    code: int
    text: str

    @property
    def is_permanent(self) -> bool:
        """Whether the server will never take the message."""
        return self.code >= _PERMANENT


def send(
    server: MailServer,
    recipient: str,
    message: bytes,
    *,
    timeout: float,
    context: ssl.SSLContext | None = None,
) -> Refusal | None:
    """Send a message; return the server's reply if it refuses the recipient or the message.

    The connection must be encrypted, except to a server on this machine that offers no encryption.
    ``timeout`` is for each reply, in seconds. Raises StoreError if the server cannot be used.
    """
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
        return _refusal(code, reply)
    except smtplib.SMTPDataError as error:
        return _refusal(error.smtp_code, error.smtp_error)
    except TimeoutError:
        raise StoreError(say("http_timeout", seconds=timeout, **facts)) from None
    except smtplib.SMTPResponseException as error:
        why = _refusal(error.smtp_code, error.smtp_error)
        raise StoreError(say("mail_failed", why=f"{why.code} {why.text}", **facts)) from None
    except (OSError, UnicodeError) as error:  # an SMTPException is an OSError as well
        raise StoreError(say("mail_failed", why=why_of(error), **facts)) from None
    return None


def _refusal(code: int, reply: bytes | str) -> Refusal:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return Refusal(code, on_one_line(text[:200]))
