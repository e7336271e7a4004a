"""Take a client that exists already into Git."""
