"""Check the section [service] of a configuration. Secrets are not read."""

from __future__ import annotations

import re

from workhours_sla.adapters.checked_data import Reader
from workhours_sla.adapters.config.sections import Config
from workhours_sla.errors import shown
from workhours_sla.text.messages import say


def check_service(reader: Reader, config: Config) -> None:
    """Raise ConfigError about a network or a feed that cannot be used."""
    vk, feeds = config.service.vk, config.service.feeds
    if vk is not None:
        keys = ("service", "vk", "confirmations")
        for group, text in vk.confirmations.items():
            if not re.fullmatch(r"[1-9]\d{0,18}", group, re.ASCII):
                what = say("not_a_group", group=shown(group))
                reader.fail((*keys, group), what, say("write_group"))
            if not re.fullmatch(r"[\x21-\x7e]{1,100}", text, re.ASCII):
                what = say("not_a_confirmation", text=shown(text))
                reader.fail((*keys, group), what, say("write_confirmation"))
    if feeds is not None:
        if not config.agencies:
            reader.fail(("service", "feeds"), say("no_feed_agencies"), say("list_agencies"))
        for agency, number in feeds.generations.items():
            at = ("service", "feeds", "generations", agency)
            what = say("feed_of_nobody", agency=shown(agency))
            reader.choose(at, agency, config.agencies, what)
            if number < 1:
                what = say("no_generation", number=number)
                reader.fail(at, what, say("give_generation"))
