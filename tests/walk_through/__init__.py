"""From nothing to the first night, with an installed wheel, as a new user would go: `make walk-through`."""
