"""The PIN of all invented customers, by itself: a process that lives a year needs no HTTP client and no pytest for it."""

PIN = "123456"
