"""How static files are kept for serving."""

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Files under names that change with their content, each beside its gzip form.

    Not beside a brotli form: on a small machine that would take longer than all the rest of the first
    start, for a site that is mostly used inside one network.
    """

    def create_compressor(self, **options) -> Compressor:
        return super().create_compressor(**{**options, "use_brotli": False})
