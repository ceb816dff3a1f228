"""The canvas: an image, its crack map, its mask and the weights, one transform, and the tools that paint."""
