"""The WeChat family: Official Account, WeCom's own app, and WeCom's customer service 微信客服."""
