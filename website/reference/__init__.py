"""The reference: a page for every kind, the map, commands, the action, codes and exit codes, made from the code."""
