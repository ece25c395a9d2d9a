"""The exit statuses of the commands. Status 1 never means anything but breaches."""

from typing import Final

BREACHES: Final = 1
UNREADABLE: Final = 2
"""Wrong usage, or something that is unreadable, rejected, lost or damaged."""
CALENDAR_UNKNOWN: Final = 3
INTERNAL: Final = 70
INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141
"""As the shell reports a program that SIGPIPE ended."""
