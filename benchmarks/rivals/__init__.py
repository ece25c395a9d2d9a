"""The same office told to other libraries, each in its own words."""
