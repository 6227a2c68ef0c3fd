"""Who we are to an API server: kubeconfig, credentials, plugins, proxies."""
