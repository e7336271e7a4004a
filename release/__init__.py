"""Releases lpcac: checks, version, changelog, and the image's digest in action.yml. `python -m release --help`.

It needs nothing but Python and Git, so that the release workflow can run it before anything is installed.
"""
