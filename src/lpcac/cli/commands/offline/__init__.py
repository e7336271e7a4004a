"""Commands that read the configuration only."""
