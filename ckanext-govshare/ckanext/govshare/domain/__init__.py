"""Pure rules: no CKAN, Flask, SQLAlchemy, clock or I/O."""
