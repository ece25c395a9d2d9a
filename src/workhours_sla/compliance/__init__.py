"""Compute the numbers of a compliance report from cases, as pure functions on numpy arrays.

A case is one appeal measured against the report's target. Counts, instants and durations are whole
numbers (int64) and stay exact; shares and all results computed from shares are floats. Nothing
here formats text; ``reports`` does that.
"""
