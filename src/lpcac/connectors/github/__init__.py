"""GitHub: its API, its events, its runner."""
