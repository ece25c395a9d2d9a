"""Judge appeals against targets: read events, build clocks, and compute verdicts."""
