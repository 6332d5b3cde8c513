"""Privacy notices and consents: what people were told and agreed to, word for word."""
