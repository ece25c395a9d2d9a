"""The stores that keep the state of a pipeline in a database."""
