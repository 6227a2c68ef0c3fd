"""One module for each pane: which rows it has and how one looks."""
