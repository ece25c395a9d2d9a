r"""Read a configuration: the policy, the schedules and the columns of files, in one TOML file.

>>> from workhours_sla.config import parse
>>> office = parse('[target]\nbudget = "8h"\n[schedule]\ncalendar = "RU-VGG"')
>>> print(office.policy.targets[0].budget, office.schedules["default"].tz)
8:00:00 Europe/Volgograd
"""

from typing import TYPE_CHECKING

from workhours_sla.facades import on_first_use

if TYPE_CHECKING:
    from workhours_sla.config.file import load, parse
    from workhours_sla.config.policy_builder import (
        Configuration,
        load_preset,
        preset_names,
    )
    from workhours_sla.config.sections import config_schema
else:
    __getattr__ = on_first_use(
        __name__,
        {
            "config.file": "load parse",
            "config.policy_builder": ("Configuration load_preset preset_names"),
            "config.sections": "config_schema",
        },
    )

__all__ = [
    "Configuration",
    "config_schema",
    "load",
    "load_preset",
    "parse",
    "preset_names",
]
