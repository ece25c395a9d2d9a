r"""Read a configuration: the policy, the schedules and the columns of files, in one TOML file.

>>> from workhours_sla.config import parse
>>> office = parse('[target]\nbudget = "8h"\n[schedule]\ncalendar = "RU-VGG"')
>>> print(office.policy.targets[0].budget, office.schedules["default"].tz)
8:00:00 Europe/Volgograd
"""

from workhours_sla.adapters.config.file import load, parse
from workhours_sla.adapters.config.policy import Configuration
from workhours_sla.adapters.config.presets import (
    Norm,
    NormSource,
    Preset,
    load_preset,
    preset_names,
)
from workhours_sla.adapters.config.schema import config_schema
from workhours_sla.argument_types import check_public

__all__ = [
    "Configuration",
    "Norm",
    "NormSource",
    "Preset",
    "config_schema",
    "load",
    "load_preset",
    "parse",
    "preset_names",
]

check_public(globals())
