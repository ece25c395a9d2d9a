"""The verbs of working time on columns of pandas, polars and Arrow, computed with numpy."""
