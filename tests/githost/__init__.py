"""Servers of Git on loopback: git's own http-backend behind TLS, and a real sshd."""
