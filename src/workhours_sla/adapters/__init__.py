"""Adapters to everything outside of this library: configuration, JSON, files, stores and sinks."""
