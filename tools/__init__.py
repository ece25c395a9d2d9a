"""Tools of the project: checks of words and pages, a release, a newcomer's way through the pages."""
