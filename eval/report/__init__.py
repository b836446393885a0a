"""Figures → tables, plots, Markdown and pages."""
