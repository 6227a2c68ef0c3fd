"""Dialogs: what happens next is shown first, and Cancel has the focus."""
