"""The autoencoder: does what remains of the post, once restored, look like the asset as the same network redraws it?

overlay.py      lays the post over the asset by the geometry
network.py      redraws a picture, as it was before it was posted
departure.py    how far the two redrawn pictures lie apart, cell by cell: the edit map
model.py        weights file → `AutoencoderRestorer`
"""

from lineage.verify.restore.model import SHIPPED, AutoencoderRestorer, load_restorer, save_restorer

__all__ = ["SHIPPED", "AutoencoderRestorer", "load_restorer", "save_restorer"]
