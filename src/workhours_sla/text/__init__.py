"""Words and formats in Russian and English, for every surface."""
