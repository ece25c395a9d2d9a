"""The engine of the scalar verbs: compile shifts to timelines, and answer verbs from them."""
