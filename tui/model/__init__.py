"""What the terminal knows without a screen: rows in their order, filters, the focus, what runs."""
