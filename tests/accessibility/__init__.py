"""The published page on accessibility: what is asked, what was looked at, and what was found."""
