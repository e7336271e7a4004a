"""The signed record of a reviewed plan, and the history of each target."""
