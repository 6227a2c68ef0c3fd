"""What speaks about one object beside its two sides: answers, sightings, the past, autoscalers."""
