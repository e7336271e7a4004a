"""JSON Schemas of the files that people write, generated from the kinds and the models."""
