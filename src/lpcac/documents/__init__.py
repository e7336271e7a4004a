"""Bytes become documents with positions."""
