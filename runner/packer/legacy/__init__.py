"""Packer's older templates, in JSON: with the templates of Go in their strings, and with what ``packer fix`` mends."""
