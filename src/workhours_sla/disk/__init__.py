"""Files that are written whole or locked, whoever writes them."""
