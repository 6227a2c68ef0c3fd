"""Running driftdeck inside of a cluster: what is applied there, and what it may do.

* `reading`   what the apps state now, by which kinds and namespaces they are told
* `kinds`     the resource that a kind is, without a server
* `uses`      what each app needs of a cluster
* `rights`    the rights that follow: the one list of which roles are made and `doctor` asks
* `settings`  the settings of the pod, and the credentials that it needs
* `workload`  the pod and what stands around it
* `manifests` all of it in order, as a stream or as a base of kustomize
"""
