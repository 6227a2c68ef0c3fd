"""Who made a live object what it is: field managers, autoscalers, owners, ends of Jobs."""
