"""Replicas of one controller that are killed, stopped and cut off, judged by the audit log."""
