"""Members of staff: roles, sign-in, what each may see."""
