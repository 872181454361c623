"""The addresses under which the platforms answer."""
