"""The error about a file for which an extra of the package is not installed."""

from __future__ import annotations

from workhours_sla.errors import SourceError
from workhours_sla.text.messages import say


def missing_extra(name: str, extra: str, library: str) -> SourceError:
    """Return the error for a file that needs ``library``, which ``extra`` would install.

    >>> print(missing_extra("rows.zst", "zstd", "zstandard"))
    rows.zst can be read only with zstandard: pip install 'workhours-sla[zstd]'
    """
    msg = say("needs_extra", name=name, library=library, extra=extra)
    return SourceError(msg, name=name, extra=extra)
