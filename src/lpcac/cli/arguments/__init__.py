"""What each command takes on the command line; each imports its command when it runs, so that `--help` stays fast."""
