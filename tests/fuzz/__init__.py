"""Send seeded random input to every URL, form and JSON body, as every kind of visitor."""
