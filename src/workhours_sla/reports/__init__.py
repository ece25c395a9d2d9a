"""Present and store a report as a page, pictures, text, CSV, XLSX, JSON and data frames."""
