"""The way to a connection: its steps, the test that names the broken link, secrets typed and stored."""
