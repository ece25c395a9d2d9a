"""Measure the library and other libraries side by side: ``python -m benchmarks``."""
