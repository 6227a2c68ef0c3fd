"""One writer at a time, by Leases (kubernetes.md section 10).

Several replicas follow the same apps, and each share of the apps has a Lease: whoever holds it
writes.  A holder renews it every 2 s and stops by itself before anybody else may take it, so no two
write at once, whatever becomes of the network, of a process or of the wall clock.  `board` is what
was seen of the Leases, `tenures` what is held here; `replica` looks, takes, renews and hands over.
"""
