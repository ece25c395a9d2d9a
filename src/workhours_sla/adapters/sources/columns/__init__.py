"""Read whole files of events into columns, by pyarrow, if their form is simple."""
