"""Charts as plain data, built from the numbers of a report; ``page`` and ``plots`` draw them."""
