"""What can be typed after `:`, one module for each group; keys and lines do the same things."""
