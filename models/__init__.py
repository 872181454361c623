"""What is true: records, rules, storage. Knows MongoDB collections, but no HTTP, no WeChat, no settings."""
