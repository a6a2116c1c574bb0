"""From requests to decisions: authorise, validate, load under lock, decide, record."""
