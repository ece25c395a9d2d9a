"""The parts of a workbook of a report: cells, sheets, charts and the method."""
