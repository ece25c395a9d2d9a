"""The command line, a thin layer over the library with a command for each verb."""
