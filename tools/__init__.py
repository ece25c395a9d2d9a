"""Tools of the project: checks of words and pages, releases, a newcomer's way through pages."""
