"""Detect how to read a file of appeals, and write the result as a configuration."""
