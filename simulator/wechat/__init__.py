"""WeChat as the service sees it."""
