"""Detect how a file of appeals is to be read, and write that as a configuration."""
