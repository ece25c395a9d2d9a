"""The same office in other libraries, by the interface of each."""
