"""The documented FIM endpoint as a server: one key upstream, one quota and one cache for a team, editors included."""
