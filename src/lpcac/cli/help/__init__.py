"""What the help of each command shows."""
