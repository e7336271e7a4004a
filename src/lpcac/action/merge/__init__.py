"""A push to the default branch: judge, apply, record."""
