"""What sops encrypted, opened by the user's own sops with the user's own keys, in memory alone.

`sops` runs the program, fenced; `opener` reads what it prints and keeps it for as long as we run.
What cannot be opened stays unknown: its ciphertext is never taken for an object.
"""

from core.decryption.opener import Opener

__all__ = ["Opener"]
