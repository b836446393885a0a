"""Backbones: networks that turn a picture into one global vector."""
