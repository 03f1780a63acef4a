"""What every page needs around its content (first draft)."""


def frame(request):
    return {"frame": {}}
