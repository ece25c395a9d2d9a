"""What another system says about an appeal: its due time and its verdict."""

from workhours_sla.sla.claim import Claim, Theirs

__all__ = ["Claim", "Theirs"]
