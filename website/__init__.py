"""Builds the documentation site with MkDocs: hooks, and the reference, which is generated from the code."""
