"""The talk key while another window is in use: one key of the whole desktop. No Qt.

It takes a package of the extra ``hotkey``: python-xlib on X11, where the key is taken from the other windows while it is
ours, and pynput on Windows and macOS, where they see it too. Wayland lets no program have keys of other windows.
"""
