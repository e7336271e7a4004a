"""The directory map: its schema, its clients, whom a change affects."""
