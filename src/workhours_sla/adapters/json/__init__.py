"""Convert values to JSON documents and back."""
