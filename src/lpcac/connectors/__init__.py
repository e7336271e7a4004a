"""The modules that do I/O to the outside: files, Git, the Director."""
