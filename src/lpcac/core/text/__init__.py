"""Text for messages: made safe, freed of secrets, compared with what was meant."""
