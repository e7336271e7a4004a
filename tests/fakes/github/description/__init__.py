"""GitHub's own description of its API and of its events, and the comparison with it."""
