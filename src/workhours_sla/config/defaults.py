"""Defaults of a schedule and a target.

This module imports nothing, so that commands without a configuration file start fast.
"""

from typing import Final

NO_CALENDAR: Final = "none"
"""The id for no calendar: all days are alike."""
CALENDAR: Final = "RU"
WEEK: Final = 5
"""The number of working days in a week of a Russian calendar."""
HOURS: Final = "Mo-Fr 09:00-13:00,14:00-18:00"
TARGET: Final = "first reply"
BUDGET: Final = "4h"
ZONE_OF_PLAIN_RUSSIA: Final = "Europe/Moscow"
"""The default time zone for the calendar ``RU`` and for schedules without a calendar."""
