"""Finds what is valid but probably a mistake: findings with stable codes, each with a page in docs/lint."""
