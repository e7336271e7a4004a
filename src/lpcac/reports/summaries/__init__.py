"""The verdict, the totals and what to do next, the same in every form of report."""
