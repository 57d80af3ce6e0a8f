"""HTTP in, HTTP out: routes translate and decide nothing."""
