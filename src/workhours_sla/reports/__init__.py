"""How a report is shown and stored: page, plots, text, CSV, XLSX, JSON and data frames."""
