"""The government's systems as the service sees them."""
