"""What lpcac does, one module each; the outside is handed in through ports."""
