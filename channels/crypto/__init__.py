"""What the platforms sign and encrypt with: bytes in, bytes out, no network and no clock."""
