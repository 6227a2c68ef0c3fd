"""What people decide about healing, beside switching it on and off."""
