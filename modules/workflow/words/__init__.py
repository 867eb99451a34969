"""A workflow in the words of whoever runs the business: names of its parts, phrases, and the whole as a document."""
