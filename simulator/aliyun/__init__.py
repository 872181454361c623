"""Aliyun as the service sees it: short messages, real-name checks."""
