"""Options record -> JSON Schema; schema errors -> diagnostics."""
