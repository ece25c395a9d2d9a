"""Columns of other libraries: the verbs of working time for each, answered by the numpy engine."""
