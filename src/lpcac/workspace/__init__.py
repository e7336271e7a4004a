"""Which clients are meant, and the connections to their Directors."""
