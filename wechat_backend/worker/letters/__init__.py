"""The words of what is sent, one module a subject."""
