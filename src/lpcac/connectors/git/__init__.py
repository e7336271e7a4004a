"""Git: commits, trees, changed lines."""
