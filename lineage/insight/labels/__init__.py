"""Labels: which of the given classes does a picture show, if any? Linear heads on the vectors of backbones."""
