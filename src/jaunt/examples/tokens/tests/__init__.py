"""The test specs of gatekeeper."""
