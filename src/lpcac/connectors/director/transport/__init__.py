"""HTTP with a Director: its token, its answers, what is repeated and for how long."""
