"""What people say of the service: reviews (article 17)."""
