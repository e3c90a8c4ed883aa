"""Cards to print: what guests and housekeeping can do on a room's telephone, as this hotel has set it up.

words         the phrases, one file a language
guest         the card that lies beside the telephone
housekeeping  the card for the linen room
paper         both, as a page to print
"""
