"""Charts as plain data, built from the numbers of a report; ``page`` and ``picture`` draw them."""
