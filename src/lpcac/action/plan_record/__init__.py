"""The signed record of a reviewed plan: made, packed, found and compared."""
