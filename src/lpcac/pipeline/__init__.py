"""What happens to an event in a client's pipeline: one evaluation for risks, tests and reports; pure."""
