"""Columns and streams of Apache Spark."""
