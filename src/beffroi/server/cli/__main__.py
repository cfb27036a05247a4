"""`python -m beffroi.server.cli` is the command `beffroi`."""

from beffroi.server.cli import main

if __name__ == "__main__":
    main()
