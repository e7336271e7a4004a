"""Carry out an approved plan."""
