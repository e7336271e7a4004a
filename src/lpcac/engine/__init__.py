"""Pure functions over values: read, validate, compare, plan, guard, order. No I/O, no clock, no environment."""
