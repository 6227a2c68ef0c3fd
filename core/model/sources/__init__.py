"""Where apps come from: repositories near and far, folders of them, and the files that count."""
