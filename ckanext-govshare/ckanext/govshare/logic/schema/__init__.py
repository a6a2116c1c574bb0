"""Parameters of the actions, one module a feature."""
