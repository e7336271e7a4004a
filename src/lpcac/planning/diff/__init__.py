"""How two values differ, and what a write carries beside what is declared."""
