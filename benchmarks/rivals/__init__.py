"""The office of ``workload.Office`` in other libraries, written with the API of each library."""
