"""The app that the office hands to phones: made here from parts of this machine, and served.

None of this runs on the phone. It stands with the screens since it is Flet's web client that is put
together, with our code and the packages it needs, for a browser that runs Python itself.
"""
