"""The Director: its API, its answers, its names."""
