"""Read appeals and events from files and streams, in every format."""
