"""まち窓: the open platform on which a city hall runs its front office and its conversation."""

__version__ = "0.1.0"
