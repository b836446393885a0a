"""The autoencoder: does what remains of the post, once restored, look like the asset as the same network redraws it?

overlay.py      lays the post over the asset by the geometry
network.py      redraws a picture, as it was before it was posted
departure.py    how far the two redrawn pictures lie apart, cell by cell: the edit map
same_shot.py    whether both are the very shot, told from what `planes.py` reads off them
model.py        weights file → `AutoencoderRestorer`

All of it runs in ONNX Runtime and numpy; `lineage/train/` has the same networks in torch.
"""

from lineage.verify.restore.model import SHIPPED, AutoencoderRestorer, load_restorer

__all__ = ["SHIPPED", "AutoencoderRestorer", "load_restorer"]
