"""Russia: the production calendar since 2004 and its regions, from the acts."""
