"""`python -m crackstudio`: the same as `crackstudio`."""

from crackstudio.cli import main

main()
