"""The cost of the engines, compared with other libraries: ``python -m benchmarks``."""
