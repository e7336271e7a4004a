"""Configuration as code for Logpoint Director."""

__version__ = "0.1.0"
