"""Faults that the simulator can inject."""
