"""Where changes are sent: one file per kind of sink."""
