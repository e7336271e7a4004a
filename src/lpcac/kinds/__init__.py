"""The contract that a resource kind fulfils."""
