"""A reference core system (基幹システム): its own process, its own store, and HTTP as the only way in."""
