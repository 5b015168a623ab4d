"""gatekeeper: signed tokens, rate limits, and a gate that asks for both."""
