"""What all doors share: errors, cookies, forms, words, who is visiting."""
