"""预约 at the halls (article 9)."""
