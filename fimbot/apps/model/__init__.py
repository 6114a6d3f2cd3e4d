"""The embedded model: fetched and removed. Where it lies is told by fimbot/model, for the engine that loads it."""
