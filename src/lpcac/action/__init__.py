"""What the GitHub Action does."""
