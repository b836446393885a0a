"""Exposure: how often, where and with which response posts show the assets of a library, and the brands of others."""
