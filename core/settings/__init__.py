"""What the user wants: one frozen `Settings`, read once from the settings file and the flags.

`table` is the one list of settings: from it the file is read, flags get their help and the page
of settings its rows.  `reading` puts file and flags together.
"""
