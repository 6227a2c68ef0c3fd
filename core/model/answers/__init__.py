"""What a person is shown that is no plan of a cluster: two states compared, live values for Git."""
