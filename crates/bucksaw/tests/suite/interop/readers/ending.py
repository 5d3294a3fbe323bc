"""How these scripts end."""

import sys
import traceback


def exit_with(main):
    """Ends Python with the code that `main` returns: 0 or 1. Anything else that ends it is a failure of the script, and its code 2."""
    # An exception that got out would end Python with 1, which stands for a difference.
    try:
        code = main()
    except BaseException:
        traceback.print_exc()
        code = 2
    sys.exit(code)
