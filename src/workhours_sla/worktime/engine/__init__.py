"""Scalar working time: compiled timelines and their fast path."""
