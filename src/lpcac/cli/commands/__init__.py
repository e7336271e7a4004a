"""One module a command, in folders by what it asks."""
