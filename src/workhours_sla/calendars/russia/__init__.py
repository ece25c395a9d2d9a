"""The production calendar of Russia since 2004 and of its regions, built from the acts."""
