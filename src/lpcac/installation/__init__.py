"""What a repository needs to be kept with lpcac: the files that `init` writes, and what `doctor` checks."""
