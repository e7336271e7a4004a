"""Which clients a command works on, and the connections to their Directors."""
