"""自助终端: the full-screen pages of a kiosk (article 23)."""
