"""The halls and stations, their hours and capacities (article 9)."""
