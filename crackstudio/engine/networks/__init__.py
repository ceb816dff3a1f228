"""Networks and their losses: blocks, generators, discriminators, encoder-decoders."""
