"""Pipeline tests, lint and rules of what is proposed or applied."""
