"""`python -m quire` is the command `quire`."""

from quire.cli import entry

if __name__ == "__main__":
    entry()
