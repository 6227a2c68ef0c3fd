"""What sops encrypted: told from ordinary objects, and never taken for what it stands for.

sops writes a mapping `sops` at the top of each YAML document of a file, and ciphertext in the place
of values.  Documents that it encrypted as one file hold one checksum, so they are opened as one.
Keys, and therefore lines, are those of what comes out.

* `signs` what ciphertext looks like
* `parts` what is opened as one, and what came of it
"""
