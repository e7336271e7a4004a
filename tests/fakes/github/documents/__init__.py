"""What GitHub shows of its state: one function for each kind of JSON document."""
