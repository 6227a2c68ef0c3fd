"""In which order the steps of a plan are done, and what has to wait for what."""
