"""What the action does for each event of GitHub, one module each; the clients are handed in."""
