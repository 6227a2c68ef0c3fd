"""Settings of where things come from: repositories, charts, layouts, and who may sign."""
