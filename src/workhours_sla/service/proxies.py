"""Who sent a request that came through a reverse proxy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from workhours_sla.config.service_sections import ServiceSettings
from workhours_sla.errors import shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.text.messages import say

Address = IPv4Address | IPv6Address
RawHeaders = Iterable[tuple[bytes, bytes]]
FORWARDED: Final = (b"x-forwarded-for", b"forwarded")
"""The headers in which proxies name the client."""
LONGEST: Final = 100
"""The largest number of characters of an entry that may be an address."""
_HOPS: Final = 20
"""Number of entries of a header that are read, from the end."""
_OWN_BITS: Final = 64
"""Number of last bits of an IPv6 address, which its owner can change at any time."""


class Proxies:
    """The reverse proxies whose header is believed, and the name of that header.

    A proxy appends the address of its own client to the header, so it is read from the end: the
    first address that is not one of the proxies is the client, whatever is written before it.

    >>> proxies = Proxies(["127.0.0.1", "10.0.0.0/8"])
    >>> headers = [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.7, 10.0.0.5")]
    >>> proxies.client("127.0.0.1", headers), proxies.client("203.0.113.9", headers)
    ('203.0.113.7', '203.0.113.9')
    """

    def __init__(self, networks: Iterable[str] = (), header: str = "X-Forwarded-For") -> None:
        self._networks = tuple(map(_network, networks))
        self._header = header.lower().encode()

    @classmethod
    def of(cls, settings: ServiceSettings, *, has_tokens: bool) -> Proxies:
        """Return the proxies that a configuration names. Raises ConfigError.

        Without tokens there can be none: the service then answers its own machine alone.
        """
        reader = Reader("the configuration")
        if settings.proxies and not has_tokens:
            reader.fail(("service", "proxies"), say("proxies_open"), say("proxies_need_tokens"))
        for place, text in enumerate(settings.proxies):
            try:
                _network(text)
            except ValueError:
                what = say("not_a_proxy", text=shown(text))
                reader.fail(("service", "proxies", place), what, say("write_a_proxy"))
        return cls(settings.proxies, settings.proxy_header)

    def client(self, peer: str | None, headers: RawHeaders) -> str | None:
        """Return the address of the client of a request that ``peer`` has sent.

        Only an address that a proxy has seen itself is returned. If a proxy hides it, the address
        of that proxy is returned.
        """
        if not self._networks or peer is None or not self._has(_parsed(peer)):
            return peer
        found = peer
        for text in _entries(headers, self._header):
            address = _parsed(text)
            if address is None:
                break
            found = str(address)
            if not self._has(address):
                break
        return found

    def _has(self, address: Address | None) -> bool:
        return address is not None and any(address in one for one in self._networks)


def foreign(headers: RawHeaders) -> str | None:
    """Return the client on another machine that a header of a proxy names, None if there is none.

    Anybody can send these headers, so they are only a reason to refuse a request.
    """
    headers = [header for header in headers if header[0] in FORWARDED]
    for name in FORWARDED if headers else ():
        for text in _entries(headers, name):
            address = _parsed(text)
            if address is None or not address.is_loopback:
                return text.strip()[:LONGEST]
    return None


def home(address: str) -> str:
    """Return what the rate of a client is counted by: an IPv6 address without its last 64 bits.

    >>> home("2001:db8:1:2:a::7"), home("203.0.113.7")
    ('2001:db8:1:2::', '203.0.113.7')
    """
    found = _parsed(address)
    if not isinstance(found, IPv6Address):
        return address if found is None else str(found)
    return str(IPv6Address(int(found) >> _OWN_BITS << _OWN_BITS))


def _network(text: str) -> IPv4Network | IPv6Network:
    """Return a network. Raises ValueError, also for that of all addresses."""
    found = ip_network(text)
    if not found.prefixlen:
        raise ValueError(text)
    return found


def _entries(headers: RawHeaders, wanted: bytes) -> Iterator[str]:
    """Yield the entries of a header, the last one first; an empty text for one without ``for``."""
    values = [value.decode("latin-1") for name, value in headers if name == wanted]
    if not values:
        return
    for entry in reversed(",".join(values).rsplit(",", _HOPS)[-_HOPS:]):
        if wanted == b"forwarded":
            pairs = [part.strip().partition("=") for part in entry.split(";")]
            yield next((value for name, _, value in pairs if name.lower() == "for"), "")
        else:
            yield entry


def _parsed(text: str) -> Address | None:
    """Return the address in an entry, with or without a port, None for anything else."""
    return _address(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=1024)  # of short texts only, so that no client can fill the memory
def _address(text: str) -> Address | None:
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
