"""Commands about an installation: its files, its settings and the Directors it trusts."""
