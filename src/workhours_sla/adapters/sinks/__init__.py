"""Where changes are told: one file per kind of listener."""
