"""What the engines cost, side by side with other libraries: ``python -m benchmarks``."""
