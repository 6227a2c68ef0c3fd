"""What pane 0 shows instead of the row under the cursor, one module for each kind."""
