"""Tests of a client's pipeline, kept in Git next to what they test: read, run, and measured; pure."""
