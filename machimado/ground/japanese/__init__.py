"""Dates, kana, characters, postal codes and numbers as a Japanese city hall uses them."""
