"""How two values differ, and what a write carries in addition to what is declared."""
