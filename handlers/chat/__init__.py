"""WeChat's callback: what people write to the account, and what it answers."""
