"""Reading data files of unknown quality, in a process of its own that has no credentials (OPN-5)."""
