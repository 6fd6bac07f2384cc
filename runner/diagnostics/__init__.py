"""Mistakes in the user's text, as records with a place and a way out."""

from runner.diagnostics.diagnostic import Diagnostic, Invalid, Note, Severity
from runner.diagnostics.near import did_you_mean, nearest
from runner.diagnostics.report import Report

__all__ = ["Diagnostic", "Invalid", "Note", "Report", "Severity", "did_you_mean", "nearest"]
