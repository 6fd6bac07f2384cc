"""Mend templates: what has changed since, and what Packer would refuse. Each change is told."""
