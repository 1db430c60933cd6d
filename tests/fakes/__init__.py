"""Stand-ins for what a city hall has and a test machine has not."""
