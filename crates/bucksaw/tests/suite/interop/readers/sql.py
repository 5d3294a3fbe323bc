"""What readers that are asked in SQL have in common."""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'
