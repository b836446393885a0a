"""`lineage train autoencoder`: fit the restoration autoencoder, or the plain one, to pictures.

recipe.py       the switches of a run
gallery.py      pictures in memory, and which of them look alike
twins.py        look-alikes made of a picture itself
posts.py        posts, laid over what they were made from and over its look-alikes
losses.py       what redrawing wrongly costs
trainer.py      the loop of the conditional form
plain.py        the plain form: redraws one library, its error as novelty
sheet.py        originals above, redrawn below
frozen.py       its encoder as a feature extractor for a classifier
separation.py   how well right candidates part from look-alikes
"""
