"""The core system's HTTP side."""
