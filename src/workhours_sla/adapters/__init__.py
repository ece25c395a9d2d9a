"""Adapters to what is outside of this library: configuration, JSON, files, stores and sinks."""
