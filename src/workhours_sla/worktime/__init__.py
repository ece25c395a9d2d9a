"""Working time: schedules, budgets, and the verbs that calculate with them exactly.

- ``times``: datetimes, instants, wall-clock times and time zones;
- ``intervals``: sorted intervals of instants;
- ``hours``, ``hours_rules``: weekly hours in the opening_hours notation;
- ``shifts``: the shifts of one day;
- ``schedule``: the class Schedule; ``combined``: ``a | b`` and ``a & b`` of two schedules;
- ``timeline``: compiled working time; ``fast``: the same, indexed by day;
- ``verbs``: the verbs, such as ``deadline``, and their fast path; ``answers``: the same from a
  timeline; ``unknown``: answers that depend on unknown dates;
- ``pauses``: spans of time that do not count for an appeal;
- ``amounts``: budgets of working time; ``budgets``: all other kinds; ``day_budgets``: days and
  months; ``due_dates``: their rules;
- ``explain``: the reasons for an answer, date by date;
- ``runs``: schedules as integers, for other engines;
- ``columns``: the verbs on numpy arrays.
"""
