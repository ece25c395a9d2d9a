"""The login of the screen: a cookie that proves a token without containing it."""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.requests import Request

from workhours_sla.service.tokens import Tokens

COOKIE: Final = "workhours"
SECONDS: Final = 30 * 24 * 3600
"""How long a login lasts."""
_PURPOSE: Final = "screen"
_LONGEST: Final = 200


class Visitor(NamedTuple):
    """Who looks at the screen: the hash of the token, and the end of the login by a cookie.

    ``token`` is None if there are no tokens, so that every visitor is on this machine.
    """

    token: bytes | None
    login: str = ""


class Login:
    """Makes and checks cookies. A cookie is its end and a signature with the token as the key.

    The service keeps no list of logins: a cookie is valid until its end, after a restart too, and
    as long as its token is valid.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @property
    def is_needed(self) -> bool:
        """Whether there are tokens, so that the screen asks for one."""
        return not self._tokens.is_empty

    def cookie(self, token: str, now: float) -> str | None:
        """Return the value of a cookie for a token, None if the token is not valid.

        ``now`` is in seconds since 1970.
        """
        end = str(int(now) + SECONDS)
        signature = self._tokens.sign(token, f"{_PURPOSE} {end}")
        return None if signature is None else f"{end}.{signature}"

    def visitor(self, request: Request, now: float) -> Visitor | None:
        """Return who sends a request, None if it has neither a valid cookie nor a valid token.

        Raises RefusedRequestError for a header ``Authorization`` without a valid token.
        """
        if not self.is_needed:
            return Visitor(None)
        header = request.headers.get("authorization")
        if header is not None:
            return Visitor(self._tokens.check(header))
        end, _, signature = _value_of(request.headers.get("cookie", "")).partition(".")
        if not (end.isascii() and end.isdecimal() and len(end) < 20):
            return None
        token = self._tokens.signer(f"{_PURPOSE} {end}", signature)
        if token is None or not now < int(end) <= now + SECONDS:
            return None
        return Visitor(token, end)


def cookie_header(request: Request, value: str | None) -> str:
    """Return the header ``Set-Cookie`` for a value; None removes the cookie.

    The cookie is ``Secure`` if the browser uses https. A proxy says so in ``X-Forwarded-Proto``,
    which is always believed: with a false header the browser only refuses the cookie.
    """
    proto = request.headers.get("x-forwarded-proto", request.url.scheme)
    parts = [
        f"{COOKIE}={value or ''}",
        f"Max-Age={SECONDS if value else 0}",
        "Path=/",
        "HttpOnly",
        "SameSite=Strict",
    ]
    return "; ".join([*parts, "Secure"] if proto.strip().lower() == "https" else parts)


def _value_of(header: str) -> str:
    """Return the value of the cookie in a header ``Cookie``, empty if it has none."""
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and len(value) <= _LONGEST:
            return value
    return ""
