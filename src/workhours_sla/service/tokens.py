"""Who may send requests, and how many: tokens, and a limit on the rate of each client."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Hashable, Iterator, Mapping
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Final, Literal, NamedTuple

from starlette.types import Scope

from workhours_sla.config.sections import ServiceSettings
from workhours_sla.errors import ConfigError
from workhours_sla.json.checked_data import Reader
from workhours_sla.service.middleware import header, peer
from workhours_sla.service.problems import RefusedRequestError, refuse
from workhours_sla.text.messages import say

Role = Literal["read", "write"]
ROLES: Final = ("read", "write")
LEAST: Final = 16  # the least number of characters of a token
BURST: Final = 10.0
"""A client that was silent may send as many requests at once as in this many seconds."""
CLIENTS: Final = 10_000
"""Number of clients that are remembered; the one that was silent longest is forgotten first."""


class _Token(NamedTuple):
    role: Role
    digest: bytes


class Tokens:
    """The valid tokens. A token of the role ``write`` may also read."""

    def __init__(self, tokens: tuple[_Token, ...] = ()) -> None:
        self._tokens = tokens

    @classmethod
    def parse(cls, text: str, name: str) -> Tokens:
        """Parse lines such as ``read=TOKEN``; a line that begins with ``#`` is a comment."""
        tokens = tuple(_tokens(text, name))
        if not tokens:
            raise ConfigError(say("tokens_none", name=name))
        return cls(tokens)

    @classmethod
    def of(cls, settings: ServiceSettings, environment: Mapping[str, str]) -> Tokens:
        variable, file = settings.tokens_env, settings.tokens_file
        if variable is not None and file is not None:
            what = say("tokens_env_and_file")
            Reader("the configuration").fail(("service",), what, say("leave_one_out"))
        if variable is not None:
            if variable not in environment:
                raise ConfigError(say("no_tokens_env", name=variable))
            return cls.parse(environment[variable], variable)
        if file is not None:
            try:
                text = Path(file).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or type(error).__name__
                msg = say("tokens_unreadable", name=repr(file), why=why)
                raise ConfigError(msg, name=file) from None
            return cls.parse(text, file)
        return cls()

    @property
    def is_empty(self) -> bool:
        """Whether there are no tokens, so that every request is answered."""
        return not self._tokens

    def check(self, authorization: str, role: Role = "read") -> bytes | None:
        """Return the hash of the token of a request, None if there are no tokens."""
        if self.is_empty:
            return None
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer":
            refuse("unauthorized", say("token_missing"))
        hashed = digest(given.strip())
        roles = self._roles(hashed)
        if not roles:
            refuse("unauthorized", say("token_wrong"))
        if role not in roles and "write" not in roles:
            refuse("forbidden", say("token_reads"))
        return hashed

    def _roles(self, hashed: bytes) -> set[Role]:
        valid = [hmac.compare_digest(hashed, token.digest) for token in self._tokens]
        return {token.role for token, is_valid in zip(self._tokens, valid, strict=True) if is_valid}

    def sign(self, token: str, message: str) -> str | None:
        """Return a signature of a message with a token as the key, None for an invalid token."""
        key = digest(token.strip())
        return _signature(key, message) if self._roles(key) else None

    def is_signed(self, message: str, signature: str) -> bool:
        given = signature.encode("utf-8", "surrogateescape")
        signatures = [_signature(token.digest, message).encode() for token in self._tokens]
        return sum(hmac.compare_digest(one, given) for one in signatures) > 0


class Door:
    """Lets requests in: those with a valid token, within the rate of their client.

    A client is a token, or an address without a valid token. ``rate`` is in requests per second; 0
    is no limit. A request may cost as much as several. It is accepted if its client has one left,
    and the next one waits for the whole cost, but no longer than ``BURST`` seconds more.
    """

    def __init__(self, tokens: Tokens, rate: float = 0) -> None:
        self.tokens: Tokens = tokens
        self._rate = rate
        # when each client may send as many as at first, in seconds; the last one used is last
        self._full: dict[Hashable, float] = {}

    def admit(self, scope: Scope, role: Role | None = None, cost: int = 1) -> Hashable:
        """Return the client of a request. Raises RefusedRequestError."""
        client: Hashable = peer(scope)
        refused = None
        if role is not None:
            try:
                client = self.tokens.check(header(scope, b"authorization"), role) or client
            except RefusedRequestError as error:
                refused, cost = error, 1
        if self._rate:
            now = monotonic()
            wait = max(now, self._full.get(client, now)) + 1 / self._rate - now - BURST
            if wait > 0:
                seconds = ceil(wait)
                refuse("too-many-requests", say("many_requests", seconds=seconds), seconds=seconds)
            self.charge(client, cost)
        if refused is not None:
            raise refused
        return client

    def charge(self, client: Hashable, cost: int) -> None:
        """Count a cost that was not known before, also if the client has less left."""
        if self._rate and cost:
            now = monotonic()
            full = max(now, self._full.pop(client, now))
            self._full[client] = full + min(cost / self._rate, BURST)
            if len(self._full) > CLIENTS:
                del self._full[next(iter(self._full))]


def _tokens(text: str, name: str) -> Iterator[_Token]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        role, equals, token = line.strip().partition("=")
        role, token = role.strip(), token.strip()
        if not equals or role not in ROLES or not token.isascii() or len(token.split()) != 1:
            raise ConfigError(say("token_line", line=number, name=name))
        if len(token) < LEAST:
            raise ConfigError(say("token_short", line=number, name=name, least=LEAST))
        yield _Token("write" if role == "write" else "read", digest(token))


def _signature(key: bytes, message: str) -> str:
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def digest(text: str) -> bytes:
    """Return a hash of a secret, so that secrets of every length are compared in the same time."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
