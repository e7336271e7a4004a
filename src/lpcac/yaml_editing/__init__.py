"""Edits files that people wrote, and keeps all their words."""
