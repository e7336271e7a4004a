"""One module a command: load, connect, call the use case, write the result, say the exit code."""
