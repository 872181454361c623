"""Citizens' pages, phone first."""
