"""What a verb of supervision found missing, said beside the controls it is about."""


def name_missing(form, incomplete):
    """Put the sentences of an Incomplete beside its fields; those of none above the form."""
    for name, sentence in incomplete.fields.items():
        form.add_error(name if name in form.fields else None, sentence)
