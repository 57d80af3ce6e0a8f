"""Fake messaging platforms: small local servers that speak each platform's side, for tests and `make demo-messaging`.

One module a channel kind, `tools/fakes/<kind>.py` (`wechat_oa`, `wecom_app`, `wecom_kf`, `dingtalk`, `feishu`,
`alipay`), which offers one class:

    class Fake:
        def __init__(self, hook_url: str) -> None          # the gateway's address, e.g. http://127.0.0.1:8080/hooks/feishu
        def settings(self) -> dict[str, object]            # the channel's entry for the messaging file, with base_url
        async def start(self) -> None                      # listens on a free loopback port
        async def stop(self) -> None
        async def say(self, user: str, text: str) -> None  # a signed webhook, a frame, or something to pull
        async def press(self, user: str, label: str) -> None   # a chip or button, where the platform has them
        def shown(self, user: str) -> list[str]            # what this person sees, oldest first
        def chips(self, user: str) -> list[str]            # labels on the newest message
        def fail_next(self, code: str, times: int = 1) -> None  # the next calls answer so: quota, busy, token, 5xx …

What is shown includes passive replies. Two fakes may run in one process. They keep the platform's rules (quota, window,
state, single-use tokens, byte limits) and refuse what it would refuse, so that a green test means something. Secrets in
them are made up at start."""
