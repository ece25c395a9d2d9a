"""Was the promise kept? Events, targets, and the pure fold from events to clocks and verdicts."""
