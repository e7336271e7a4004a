"""Values become text, Markdown and JSON."""
