"""Reports to and from the outside: frames, CSV, XLSX, JSON."""
