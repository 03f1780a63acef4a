"""A file too large is cut off while it arrives, before it fills the disk."""

from functools import wraps

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from progress.attachments import MAX_SIZE


class SizeLimit(FileUploadHandler):
    """Skips a file as soon as it has grown past MAX_SIZE and remembers its name in `too_large`."""

    def __init__(self, request=None):
        super().__init__(request)
        self.too_large = []
        self.arrived = 0

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.arrived = 0

    def receive_data_chunk(self, raw_data, start):
        self.arrived += len(raw_data)
        if self.arrived > MAX_SIZE:
            self.too_large.append(self.file_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def limit_uploads(view):
    """Puts SizeLimit before the usual handlers; the view finds the names cut off in `request.too_large`.

    The handler must be in place before anything reads the body, so the view is `csrf_exempt` outside and
    `csrf_protect` inside of this decorator.
    """

    @wraps(view)
    def limited(request, *args, **kwargs):
        handler = SizeLimit(request)
        request.upload_handlers.insert(0, handler)
        request.too_large = handler.too_large
        return view(request, *args, **kwargs)

    return limited
