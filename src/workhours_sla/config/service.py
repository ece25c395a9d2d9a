"""Check the section [service] of a configuration. Secrets are not read."""

from __future__ import annotations

import re

from workhours_sla.config.sections import Config
from workhours_sla.errors import shown
from workhours_sla.json.checked_data import Reader
from workhours_sla.text.messages import say


def check_service(reader: Reader, config: Config) -> None:
    """Raise ConfigError about a network that cannot be used."""
    vk = config.service.vk
    if vk is not None:
        keys = ("service", "vk", "confirmations")
        for group, text in vk.confirmations.items():
            if not re.fullmatch(r"[1-9]\d{0,18}", group, re.ASCII):
                what = say("not_a_group", group=shown(group))
                reader.fail((*keys, group), what, say("write_group"))
            if not re.fullmatch(r"[\x21-\x7e]{1,100}", text, re.ASCII):
                what = say("not_a_confirmation", text=shown(text))
                reader.fail((*keys, group), what, say("write_confirmation"))
