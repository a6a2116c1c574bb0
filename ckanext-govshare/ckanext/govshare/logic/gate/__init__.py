"""Who fetches what: the one question before all data, the count of what was fetched, and what is being sent."""
