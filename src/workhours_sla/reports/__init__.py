"""Present and store a report as a page, plots, text, CSV, XLSX, JSON and data frames."""
