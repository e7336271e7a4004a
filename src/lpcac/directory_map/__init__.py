"""The directory map: its schema, its clients, and which clients a change affects."""
