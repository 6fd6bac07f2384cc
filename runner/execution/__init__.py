"""Carry a plan out: builds beside each other, tasks one after the other, everything told as events."""
