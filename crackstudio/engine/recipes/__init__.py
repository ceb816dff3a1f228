"""What may be chosen of a method that has more choices than one file holds, and the recipes under a name."""
