"""What is left alone because a rule or an annotation in Git says so."""
