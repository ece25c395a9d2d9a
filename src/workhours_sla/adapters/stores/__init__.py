"""Where the live loop keeps what it knows: one file per kind of database."""
