"""Data files of resources: taking in, reading, loading, publishing."""
