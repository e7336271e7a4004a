"""HTTP with GitHub: one request, what limits it, what is repeated and what its failures say."""
