"""A pull request: plan the proposed change and comment it."""
