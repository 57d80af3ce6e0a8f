"""Feishu 飞书: encrypted events v2 in, messages and cards out."""
