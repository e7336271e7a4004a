"""What of the map counts only after a review: found, compared, shown and kept."""
