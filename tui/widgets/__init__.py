"""Widgets that draw what they are given; they ask and decide nothing."""
