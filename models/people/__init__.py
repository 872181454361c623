"""Who somebody is, and for whom they act (article 7)."""
