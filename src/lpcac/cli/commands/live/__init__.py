"""Commands that ask Directors."""
