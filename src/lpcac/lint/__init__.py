"""Finds what is valid and still is hardly meant: findings with stable codes, each with a page in docs/lint."""
