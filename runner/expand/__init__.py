"""Values: variables, locals, data and expressions."""
