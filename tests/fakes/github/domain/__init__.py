"""What GitHub knows and does, without HTTP: repositories, issues, pull requests, deployments."""
