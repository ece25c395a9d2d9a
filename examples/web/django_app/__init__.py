"""A Django app that stores when each appeal is due."""
