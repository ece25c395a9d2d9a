"""The HTTP service: answers about working time, as the shell gives them."""
