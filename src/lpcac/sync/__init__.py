"""What is live becomes files, and entries of the map."""
