"""How well is it kept? The numbers of a compliance report, as pure functions on arrays.

Counts, instants and durations are integers and stay exact; shares and what follows from them are
floats. Durations may be in any unit, the same throughout: what comes out is in what went in.
Needs numpy, and nothing else of the package loads it from here.
"""
