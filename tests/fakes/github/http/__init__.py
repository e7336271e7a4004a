"""GitHub's HTTP: requests, rights, pages, limits, faults and the log."""
