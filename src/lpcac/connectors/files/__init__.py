"""Files of the work tree."""
