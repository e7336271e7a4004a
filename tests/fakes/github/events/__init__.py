"""What GitHub tells a workflow: events, the runner's environment and its checkout."""
