"""Alipay's life account 支付宝生活号: signed forms in, RSA2-signed calls out. Old and optional; see docs/messaging."""
