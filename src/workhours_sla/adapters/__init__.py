"""Everything foreign: files, configuration, and other outside things, one file each."""
