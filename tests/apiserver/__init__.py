"""A real etcd and kube-apiserver, started in about two seconds, for tests and for development.

An imitation of Kubernetes proves that we agree with ourselves.  Field ownership, admission,
watch bookmarks and refusals are proven against the program that defines them, pinned in
`modules/`.  `server.ApiServer` is the way in; `fixture` gives it to pytest; and
`python -m tests.apiserver` starts one to play with.
"""
