"""The login of the screen: a cookie that proves a token without containing it."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from starlette.requests import Request

from workhours_sla.service.tokens import Tokens

COOKIE: Final = "workhours"
SECONDS: Final = 30 * 24 * 3600  # how long a login lasts
_PURPOSE: Final = "screen"


class Login:
    """Makes, checks and revokes cookies: an end, a random text, and a token's signature of both."""

    # no list of logins is kept, only of those that were revoked, until the service ends

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._revoked: set[str] = set()

    @property
    def is_needed(self) -> bool:
        return not self._tokens.is_empty

    def cookie(self, token: str, now: float) -> str | None:
        """Return the value of a cookie for a token, None if the token is not valid."""
        signed = f"{int(now) + SECONDS}-{token_hex(8)}"
        signature = self._tokens.sign(token, f"{_PURPOSE} {signed}")
        return None if signature is None else f"{signed}.{signature}"

    def admits(self, request: Request, now: float) -> bool:
        """Return whether a request has a valid cookie or a valid token."""
        header = request.headers.get("authorization")
        if header is not None or not self.is_needed:
            self._tokens.check(header or "")
            return True
        cookie = request.cookies.get(COOKIE, "")
        signed, _, signature = cookie.partition(".")
        end = signed.partition("-")[0][:20]
        if not (end.isascii() and end.isdecimal() and now < int(end) <= now + SECONDS):
            return False
        return cookie not in self._revoked and self._tokens.is_signed(
            f"{_PURPOSE} {signed}", signature
        )

    def revoke(self, request: Request) -> None:
        """Make the cookie of a request, which is admitted, invalid."""
        cookie = request.cookies.get(COOKIE, "")
        if cookie:
            self._revoked.add(cookie)


def cookie_header(request: Request, value: str | None) -> str:
    """Return the header ``Set-Cookie`` for a value; None removes the cookie."""
    # X-Forwarded-Proto may be believed: after a false one the browser only refuses the cookie
    proto = request.headers.get("x-forwarded-proto", request.url.scheme)
    parts = [
        f"{COOKIE}={value or ''}",
        f"Max-Age={SECONDS if value else 0}",
        "Path=/",
        "HttpOnly",
        "SameSite=Strict",
    ]
    return "; ".join([*parts, "Secure"] if proto.strip().lower() == "https" else parts)
