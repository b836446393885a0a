"""`lineage train same-shot`: fit the network that says whether a post and an asset are the same shot.

covers.py       what people lay over a picture
lighting.py     what filters, a codec and noise do to one
replaced.py     an asset's own content replaced in its own style: a copy made wrong
pairs.py        a post laid over an asset, with its truth
posts.py        posts of pictures, over their own and over near frames of the library
layouts.py      posts of look-alikes, over their own picture and over others of the layout
candidates.py   posts over what the index answers to them
versions.py     a pair → what the network reads of it and of its variations
trainer.py      the loop
run.py          collect, fit, and say what came of it on what was held back
"""
