"""Layers, patches and variables become a client's resources."""
