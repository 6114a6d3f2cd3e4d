"""Finds TODO stubs and empty bodies in a Git change and fills them with a fill-in-the-middle model."""

__version__ = "0.1.0"
