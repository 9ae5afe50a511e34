"""The Mastodon-compatible API: OAuth, REST, streaming, push."""
