"""Pure text: what a value looks like as lines of words.  Nothing here imports Textual."""
