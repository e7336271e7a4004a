"""A faithful Director on loopback, for the demo, the tests and rehearsals.

`options` and `world` need the standard library alone; `server` needs the optional extra `lpcac[simulator]`.
"""
