"""What `doctor` checks of an installation, and what it says of each."""
