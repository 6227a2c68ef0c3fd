"""Charts of other machines: found, brought and checked by a process of its own, kept by digest.

helm can pull, too, but follows redirects wherever they lead and cannot be told not to; here only
the host that the settings name is asked, and hosts that they allow beside it (safety.md section 7).
So a chart can be followed where no helm is, and is rendered without a network like any other.
"""
