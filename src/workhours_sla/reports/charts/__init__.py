"""Charts as plain values, built from the numbers of a report and drawn by page and plots alike."""
