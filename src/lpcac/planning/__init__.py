"""Desired and live become a plan; the guard decides whether it may be applied."""
