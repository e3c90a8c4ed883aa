"""`reconcile init --wizard`: asks for what a hotel needs, and tries each answer with the product's own code.

terminal   questions and answers, line by line: a plain terminal, or a file of answers
draft      the configuration in the making, a file beside its place, so that it can be left and taken up again
trials     what is tried live: the token and the rooms in Zoom, the PMS's handshake, the registration of our lines
interview  the questions in their order
"""
