"""Rules of your own, as JSON Schema, that every composed resource is checked against."""
