"""The shell front end: a thin layer over the library, one command per verb."""
