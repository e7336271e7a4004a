"""Tests of a client's pipeline, kept in Git beside what they test: read, run, and measured; pure."""
