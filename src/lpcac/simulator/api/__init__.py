"""The Director's API as the simulator serves it."""
