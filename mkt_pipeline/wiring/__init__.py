"""Settings and addresses made into one pipeline; importing this package is cheap."""
