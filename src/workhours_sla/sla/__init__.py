"""What was promised, and is it kept? Events, targets, and the pure fold that settles verdicts."""
