"""The section [service]: the tokens of the HTTP service, and what it receives."""

from __future__ import annotations

from typing import Annotated, Final

from workhours_sla.config.section import Section, described

_OFFICIALS: Final = described(
    "The ids of authors who answer, besides the community itself.", ["562001"]
)


class VkSettings(Section, frozen=True, kw_only=True):
    """The requests of VK's Callback API, which the HTTP service receives at /v1/webhooks/vk.

    The variable has the secret key that is set in each community.
    """

    secret_env: Annotated[
        str, described("The environment variable with the secret key.", "VK_SECRET")
    ]
    confirmations: Annotated[
        dict[str, str],
        described("The string that confirms the server, keyed by group.", {"990000001": "a1b2c3"}),
    ] = {}
    officials: Annotated[tuple[str, ...], _OFFICIALS] = ()


class MaxSettings(Section, frozen=True, kw_only=True):
    """The updates of MAX, which the HTTP service receives at /v1/webhooks/max.

    The variable has the secret of the subscription.
    """

    secret_env: Annotated[str, described("The environment variable with the secret.", "MAX_SECRET")]
    officials: Annotated[tuple[str, ...], _OFFICIALS] = ()


class ServiceSettings(Section, frozen=True, kw_only=True):
    """The tokens of the HTTP service, and the networks whose requests it receives.

    Without tokens, the service answers only its own machine. Each line of the variable or the file
    is ``read=TOKEN`` or ``write=TOKEN``.
    """

    tokens_env: (
        Annotated[str, described("The environment variable with the tokens.", "WORKHOURS_TOKENS")]
        | None
    ) = None
    tokens_file: (
        Annotated[str, described("The file with the tokens.", "/etc/workhours/tokens")] | None
    ) = None
    proxies: Annotated[
        tuple[str, ...],
        described(
            "The reverse proxies whose X-Forwarded-For names the client: addresses and networks.",
            ["127.0.0.1", "10.0.0.0/24"],
        ),
    ] = ()
    vk: Annotated[VkSettings | None, described("The requests of VK's Callback API.")] = None
    max: Annotated[MaxSettings | None, described("The updates of MAX.")] = None
