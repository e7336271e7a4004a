"""Which targets are planned, and for which client."""
