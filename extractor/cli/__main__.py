"""Run ``imr`` as ``python -m extractor.cli``."""

from extractor.cli import main

if __name__ == "__main__":
    main()
