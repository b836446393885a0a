"""Find the file in a digital asset library that a picture seen in the wild was made from, or say that there is none."""

__version__ = "0.1.0"
