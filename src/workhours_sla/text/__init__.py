"""Texts in Russian and English, and formats of numbers, dates and budgets in both languages."""
