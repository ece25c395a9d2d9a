"""The scalar engine: shifts compiled to timelines, exact answers from them, and a fast path."""
