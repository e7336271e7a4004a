"""Edit files that people wrote, and lose none of their words."""
